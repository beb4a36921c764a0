//! What the search index contains of a stimulus: its stems and its block's index, no text.

use std::path::Path;

use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{IndexReader, ReloadPolicy, TantivyDocument, TantivyError};

use crate::text::terms;

const TERMS: &str = "terms";
pub(super) const BLOCK: &str = "block";

/// The fields of an indexed stimulus.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    pub(super) terms: Field,
    pub(super) block: Field,
}

/// Creates an empty index at `path`, after removing what was there.
pub(super) fn create(path: &Path) -> Result<tantivy::Index, TantivyError> {
    if path.exists() {
        std::fs::remove_dir_all(path)?;
    }
    std::fs::create_dir_all(path)?;
    tantivy::Index::create_in_dir(path, schema())
}

pub(super) fn schema() -> Schema {
    let mut schema = Schema::builder();
    // Stems come from `text::terms`, for the index as for scoring; each counts once in a stimulus.
    let indexing =
        TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::Basic);
    schema.add_text_field(TERMS, TextOptions::default().set_indexing_options(indexing));
    schema.add_u64_field(BLOCK, INDEXED | FAST);
    schema.build()
}

pub(super) fn fields(index: &tantivy::Index) -> Result<Fields, TantivyError> {
    let schema = index.schema();
    Ok(Fields { terms: schema.get_field(TERMS)?, block: schema.get_field(BLOCK)? })
}

pub(super) fn searchers(index: &tantivy::Index) -> Result<IndexReader, TantivyError> {
    index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()
}

/// What is indexed of the stimulus that `block` teaches.
pub(super) fn document(fields: Fields, block: u64, stimulus: &str) -> TantivyDocument {
    let tokens = terms(stimulus)
        .into_iter()
        .enumerate()
        .map(|(position, term)| Token { position, text: term.stem, ..Token::default() })
        .collect();
    let mut document = TantivyDocument::new();
    document.add_pre_tokenized_text(fields.terms, PreTokenizedString { text: String::new(), tokens });
    document.add_u64(fields.block, block);
    document
}
