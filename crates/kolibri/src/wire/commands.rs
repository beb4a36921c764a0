//! TEACH, ASK and FORGET: what is sent, and what is answered.

use kolibri_core::clock::rfc3339;
use kolibri_core::recall::{Found, How, Suggestion};
use kolibri_core::store::{BlockRef, Expected, Premise};
use kolibri_genome::{Head, Match};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::limits::{BlockIndex, ResponseText, StimulusText};

/// An association to teach.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "stimulus": "How do I restart the payment service?", "response": "systemctl restart payments",
}))]
pub(crate) struct TeachRequest {
    /// The question, as people will ask it.
    #[schema(value_type = StimulusText)]
    pub(crate) stimulus: String,
    /// The answer to give.
    #[schema(value_type = ResponseText)]
    pub(crate) response: String,
    /// The block that it is to replace, or null for none: it is refused if another answers by now. If the field is missing,
    /// whatever answers is replaced.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BlockIndex>)]
    pub(crate) replaces: Option<Option<u64>>,
    /// The block whose answer this is, if it is taught to another question, as when a suggestion is confirmed: it is refused if
    /// that block was forgotten or replaced meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BlockIndex>)]
    pub(crate) answer_of: Option<u64>,
}

impl TeachRequest {
    /// What is to be so until then.
    pub(crate) fn premise(&self) -> Premise {
        let replaces = match self.replaces {
            None => Expected::Anything,
            Some(None) => Expected::Nothing,
            Some(Some(block)) => Expected::Block(block),
        };
        Premise { replaces, answer_of: self.answer_of }
    }
}

/// Tells null from a missing field.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<u64>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// An association: one of many that are taught, or one that might be.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "stimulus": "How do I restart the payment service?", "response": "systemctl restart payments",
}))]
pub(crate) struct LessonRequest {
    /// The question, as people will ask it.
    #[schema(value_type = StimulusText)]
    pub(crate) stimulus: String,
    /// The answer to give.
    #[schema(value_type = ResponseText)]
    pub(crate) response: String,
}

/// A stimulus to forget.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "stimulus": "How do I restart the payment service?", "block": 44 }))]
pub(crate) struct ForgetRequest {
    /// The stimulus as it was taught.
    #[schema(value_type = StimulusText)]
    pub(crate) stimulus: String,
    /// The block that answers it, as far as the caller knows: nothing is erased if another answers by now. If the field is
    /// missing or null, whatever answers is erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BlockIndex>)]
    pub(crate) block: Option<u64>,
}

impl ForgetRequest {
    /// What is to answer until then.
    pub(crate) fn expected(&self) -> Expected {
        self.block.map_or(Expected::Anything, Expected::Block)
    }
}

/// A stimulus to ask for.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "stimulus": "restarting the payment service" }))]
pub(crate) struct StimulusRequest {
    /// The question.
    #[schema(value_type = StimulusText)]
    pub(crate) stimulus: String,
}

/// A command by its name; the other fields are the same as at the command's own path.
pub(crate) enum CommandRequest {}

impl PartialSchema for CommandRequest {
    fn schema() -> RefOr<Schema> {
        let mut schema = NamedCommand::schema();
        if let RefOr::T(Schema::OneOf(commands)) = &mut schema {
            for command in &mut commands.items {
                if let RefOr::T(Schema::Object(object)) = command {
                    // Which utoipa says of a struct that denies unknown fields, but not of a variant.
                    object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
                }
            }
        }
        schema
    }
}

impl ToSchema for CommandRequest {}

/// A command by its name; the other fields are the same as at the command's own path.
#[derive(Debug, ToSchema)]
#[schema(example = json!({ "type": "ASK", "stimulus": "restarting the payment service" }))]
#[serde(tag = "type", rename_all = "UPPERCASE", deny_unknown_fields)]
#[expect(dead_code, reason = "it only describes the JSON to the OpenAPI document")]
enum NamedCommand {
    Teach {
        /// The question, as people will ask it.
        #[schema(value_type = StimulusText)]
        stimulus: String,
        /// The answer to give.
        #[schema(value_type = ResponseText)]
        response: String,
        /// The block that it is to replace, or null for none; if the field is missing, whatever answers.
        #[schema(value_type = Option<BlockIndex>)]
        replaces: Option<u64>,
        /// The block whose answer this is, if it is taught to another question and that one has to answer still.
        #[schema(value_type = Option<BlockIndex>)]
        answer_of: Option<u64>,
    },
    Ask {
        /// The question.
        #[schema(value_type = StimulusText)]
        stimulus: String,
    },
    Forget {
        /// The stimulus as it was taught.
        #[schema(value_type = StimulusText)]
        stimulus: String,
        /// The block that answers it, as far as the caller knows; if the field is missing or null, whatever answers.
        #[schema(value_type = Option<BlockIndex>)]
        block: Option<u64>,
    },
}

/// The answer to a command by its name that changes nothing, or that removes something.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it only describes the JSON to the OpenAPI document")]
pub(crate) enum AskOrForgetResponse {
    Ask(AskResponse),
    Forget(ForgetResponse),
}

/// A block by position and hash.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct BlockAddress {
    /// The block's index.
    pub(crate) index: u64,
    /// 64 hex digits.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) hash: String,
}

impl From<BlockRef> for BlockAddress {
    fn from(block: BlockRef) -> Self {
        Self { index: block.index, hash: block.hash.to_string() }
    }
}

impl From<Head> for BlockAddress {
    fn from(head: Head) -> Self {
        Self { index: head.index, hash: head.hash.to_string() }
    }
}

/// A TEACH that was recorded, durably.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct TeachResponse {
    pub(crate) block: BlockAddress,
}

/// The answer to a question.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct AskResponse {
    /// How the answer was found.
    #[serde(rename = "match")]
    pub(crate) found: MatchKind,
    /// What decided that this answer was given; null without one.
    pub(crate) how: Option<AnsweredBy>,
    /// The probability that the answer is the right one, 0 to 1; 1 for an exact match. Without an answer, that of
    /// the most probable one.
    #[schema(minimum = 0, maximum = 1)]
    pub(crate) score: f64,
    /// The answer that was taught; null when none is probable enough.
    pub(crate) answer: Option<String>,
    /// The stimulus that the question was matched with, as it was taught.
    pub(crate) stimulus: Option<String>,
    /// The block that taught it.
    pub(crate) source: Option<BlockAddress>,
    /// When it was taught, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) taught: Option<String>,
    /// Without an answer: the most probable ones, best first, each by the stimulus that is nearest to the
    /// question. To confirm one, teach its answer to the question as it was asked, with its block as `answer_of`.
    #[schema(max_items = 3)]
    pub(crate) suggestions: Vec<SuggestedAnswer>,
    /// Present if the last verification found the genome broken: this answer may be wrong.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) genome_broken: bool,
}

/// How an answer was found.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MatchKind {
    Exact,
    Similar,
    None,
}

impl From<Match> for MatchKind {
    fn from(found: Match) -> Self {
        match found {
            Match::None => Self::None,
            Match::Exact { .. } => Self::Exact,
            Match::Similar { .. } => Self::Similar,
        }
    }
}

/// What decided that an answer was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AnsweredBy {
    /// The question was taught word for word.
    Exact,
    /// Its words: they alone would have been enough.
    Words,
    /// Its meaning: by its words alone, nothing would have been answered.
    Meaning,
}

impl From<How> for AnsweredBy {
    fn from(how: How) -> Self {
        match how {
            How::Exact => Self::Exact,
            How::Words => Self::Words,
            How::Meaning => Self::Meaning,
        }
    }
}

/// An answer that may be meant.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct SuggestedAnswer {
    /// The stimulus that is nearest to the question, as it was taught.
    pub(crate) stimulus: String,
    /// The probability that this answer is the right one, 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    pub(crate) score: f64,
    /// The answer that was taught.
    pub(crate) answer: String,
    /// The block that taught it.
    pub(crate) source: BlockAddress,
    /// When it was taught, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) taught: String,
}

impl From<Suggestion> for SuggestedAnswer {
    fn from(Suggestion { association, score }: Suggestion) -> Self {
        Self {
            stimulus: association.teach.stimulus,
            score: rounded(score),
            answer: association.teach.response,
            source: association.source.into(),
            taught: rfc3339(association.taught),
        }
    }
}

impl AskResponse {
    /// The answer to a question, marked if the genome is known to be broken.
    pub(crate) fn of(found: Found, genome_broken: bool) -> Self {
        let (found_by, how, score) = (found.by.into(), found.how.map(AnsweredBy::from), rounded(found.score));
        let suggestions = found.suggestions.into_iter().map(SuggestedAnswer::from).collect();
        let (source, taught) =
            found.answer.as_ref().map(|answer| (answer.source.into(), rfc3339(answer.taught))).unzip();
        let (stimulus, answer) =
            found.answer.map(|answer| (answer.teach.stimulus, answer.teach.response)).unzip();
        Self { found: found_by, how, score, answer, stimulus, source, taught, suggestions, genome_broken }
    }
}

/// Three decimals are all that a probability means.
fn rounded(score: f32) -> f64 {
    f64::from((score * 1000.0).round()) / 1000.0
}

/// Whether erased texts are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Erasure {
    /// They are in no file of the genome any more.
    Gone,
    /// The write-ahead log still has them, because another program reads the genome; they go as soon as it ends.
    Erasing,
}

/// A FORGET that was recorded.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ForgetResponse {
    /// The FORGET's own block.
    pub(crate) block: BlockAddress,
    /// The TEACH blocks whose content it erased: all versions of the association.
    pub(crate) erased: Vec<u64>,
    /// Whether their texts are gone.
    pub(crate) texts: Erasure,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_teach_says_what_it_replaces_or_that_it_replaces_nothing_or_neither() {
        for (rest, expected) in [
            ("", Premise::default()),
            (r#","replaces":null"#, Expected::Nothing.into()),
            (r#","replaces":7"#, Expected::Block(7).into()),
            (r#","answer_of":3"#, Premise { answer_of: Some(3), ..Premise::default() }),
        ] {
            let sent = format!(r#"{{"stimulus":"a","response":"b"{rest}}}"#);
            let request: TeachRequest = serde_json::from_str(&sent).unwrap();
            assert_eq!(request.premise(), expected);
            assert_eq!(serde_json::to_string(&request).unwrap(), sent);
        }
    }

    #[test]
    fn a_probability_is_written_with_three_decimals_at_most() {
        assert_eq!(rounded(0.831_26).to_string(), "0.831");
        for thousandths in 0..=1000_u16 {
            let score = f32::from(thousandths) / 1000.0;
            assert_eq!(rounded(score).to_string(), score.to_string());
        }
    }
}
