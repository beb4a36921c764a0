//! The scale of a model: what its cosines mean. One model gives unrelated texts a cosine of 0.1, another one
//! 0.8. So a model is asked for the vectors of a few sentences whose relation is known, and its cosines are
//! read relative to theirs.

use std::time::Instant;

use super::model::{Model, ModelError};

/// Pairs of questions that mean the same. Those of different pairs are unrelated.
const PAIRS: [(&str, &str); 16] = [
    ("How do I reset my password?", "I forgot my password, how can I get a new one?"),
    ("When does the shop open?", "What are your opening hours?"),
    ("Can I bring my dog?", "Are pets allowed?"),
    ("How much does shipping cost?", "What is the delivery fee?"),
    ("The printer does not work", "Printing fails with an error"),
    ("Who is on call tonight?", "Whom do I phone when something breaks at night?"),
    ("Where can I park my car?", "Is there a parking place nearby?"),
    ("What should I cook for dinner?", "Suggest a meal for this evening"),
    ("Как оформить отпуск?", "Хочу взять отпуск, что для этого нужно?"),
    ("Какая завтра погода?", "Будет ли завтра дождь?"),
    ("Сколько стоит билет в кино?", "Цена билета на фильм"),
    ("Где лежат журналы сервера?", "В какой папке искать логи?"),
    ("Как выучить английский язык?", "С чего начать изучение английского?"),
    ("Болит горло, что делать?", "Чем лечить больное горло?"),
    ("Когда придёт мой заказ?", "Сколько ждать доставку посылки?"),
    ("Включи музыку", "Поставь какую-нибудь песню"),
];

/// The sentence by whose vector a model is recognised.
pub(super) const KNOWN: &str = PAIRS[0].0;

/// What the cosines of a model mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    /// The mean cosine of unrelated texts.
    unrelated: f32,
    /// The mean cosine of texts that mean the same.
    related: f32,
}

impl Scale {
    /// Measures a model. Also returns the vector of [`KNOWN`].
    ///
    /// # Errors
    /// When the model gives no vectors, or they tell nothing apart.
    pub(super) fn of(model: &dyn Model, until: Instant) -> Result<(Self, Vec<f32>), ModelError> {
        let texts: Vec<&str> = PAIRS.iter().flat_map(|(one, other)| [*one, *other]).collect();
        let vectors = model.encode(&texts, until)?;
        let (mut unrelated, mut related) = (Mean::default(), Mean::default());
        for (i, one) in vectors.iter().enumerate() {
            for (j, other) in vectors.iter().enumerate().skip(i + 1) {
                let mean = if i / 2 == j / 2 { &mut related } else { &mut unrelated };
                mean.add(cosine(one, other));
            }
        }
        let scale = Self { unrelated: unrelated.value(), related: related.value() };
        let tells_apart = scale.related - scale.unrelated > 0.01;
        match vectors.into_iter().next().filter(|_| tells_apart) {
            Some(first) => Ok((scale, first)),
            None => Err(ModelError("gives vectors that do not tell questions apart".into())),
        }
    }

    /// How near two texts with this cosine are: 0 for unrelated ones, 1 for those that mean the same; identical
    /// texts are a little above.
    pub(super) fn nearness(self, cosine: f32) -> f32 {
        (cosine - self.unrelated) / (self.related - self.unrelated)
    }
}

#[derive(Default)]
struct Mean {
    sum: f32,
    count: u16,
}

impl Mean {
    fn add(&mut self, value: f32) {
        (self.sum, self.count) = (self.sum + value, self.count + 1);
    }

    fn value(&self) -> f32 {
        self.sum / f32::from(self.count.max(1))
    }
}

/// The cosine of two vectors; 0 if one has no direction, or they have different dimensions.
pub(super) fn cosine(one: &[f32], other: &[f32]) -> f32 {
    if one.len() != other.len() {
        return 0.0;
    }
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let lengths = (dot(one, one) * dot(other, other)).sqrt();
    if lengths > 0.0 { dot(one, other) / lengths } else { 0.0 }
}
