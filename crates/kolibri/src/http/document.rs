//! Completes the OpenAPI document. A handler names the problems of its own subject; what the guard, the listener and the readers
//! of requests refuse follows from what the operation takes. A query is refused where the document has none. A debug build, as the
//! tests run it, gives no answer that is not in the document.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};
use utoipa::openapi::{ContentBuilder, Object, OpenApi, Ref, RefOr, ResponseBuilder, Type};

use super::extract::bad_query;
use super::health::PROBES;
use crate::wire::ProblemKind;

/// Where a handler names the problems of its subject; not in the published document.
const PROBLEMS: &str = "x-problems";

/// What one operation may answer.
#[derive(Debug, Default)]
struct Answers {
    statuses: Vec<String>,
    problems: Vec<ProblemKind>,
    takes_query: bool,
}

/// What every operation may answer, by method and path.
pub(super) struct Documented(HashMap<(Method, String), Answers>);

/// Puts every problem that an operation may answer into its responses, and returns what all of them may answer.
pub(super) fn complete(document: &mut OpenApi) -> Documented {
    let mut answers = HashMap::new();
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            let problems = problems(&method, path, operation);
            describe(operation, &problems);
            let statuses = operation.responses.responses.keys().cloned().collect();
            let takes_query = takes(operation, &ParameterIn::Query);
            answers.insert((method, path.clone()), Answers { statuses, problems, takes_query });
        }
    }
    Documented(answers)
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let PathItem { get, put, post, delete, .. } = item;
    let all = [(Method::GET, get), (Method::PUT, put), (Method::POST, post), (Method::DELETE, delete)];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Everything that an operation may refuse or fail with.
fn problems(method: &Method, path: &str, operation: &mut Operation) -> Vec<ProblemKind> {
    use ProblemKind::*;
    let mut all = named(operation);
    all.extend([BadFraming, ContentEncoding]);
    if !PROBES.contains(&path) {
        all.extend([UnknownHost, Busy]);
    }
    if path.starts_with("/api/") {
        all.extend([Unauthorized, BadQuery, Stopping, Internal]);
        if !method.is_safe() {
            all.push(OtherSite);
        }
    }
    if takes(operation, &ParameterIn::Path) {
        all.push(BadPath);
    }
    if let Some(RefOr::T(body)) = &operation.request_body {
        all.push(ContentType);
        // What is wrong with a line of a stream is told in the line's own answer.
        if body.content.contains_key("application/json") {
            all.extend([BadJson, BodyBroken, BodyTooSlow, BodyTooLarge]);
        }
    }
    all.sort_by_key(|kind| (kind.status(), kind.name()));
    all
}

fn takes(operation: &Operation, place: &ParameterIn) -> bool {
    operation.parameters.iter().flatten().any(|parameter| match parameter {
        RefOr::T(parameter) => parameter.parameter_in == *place,
        RefOr::Ref(_) => false,
    })
}

/// The problems that the handler named, which are taken out.
fn named(operation: &mut Operation) -> Vec<ProblemKind> {
    let named = operation.extensions.as_mut().and_then(|extensions| extensions.remove(PROBLEMS));
    let mut kinds = Vec::new();
    collect(&named.unwrap_or_default(), &mut kinds);
    kinds
}

/// The kinds in an array of names and of such arrays.
fn collect(names: &serde_json::Value, kinds: &mut Vec<ProblemKind>) {
    names.as_array().into_iter().flatten().for_each(|name| collect(name, kinds));
    kinds.extend(ProblemKind::ALL.iter().filter(|kind| *names == kind.name()));
}

fn describe(operation: &mut Operation, problems: &[ProblemKind]) {
    for kinds in problems.chunk_by(|one, other| one.status() == other.status()) {
        let Some(status) = kinds.first().map(|kind| kind.status()) else { continue };
        let lines = kinds.iter().map(|kind| format!("`{}`: {}", kind.name(), kind.title()));
        let schema = RefOr::<utoipa::openapi::Schema>::Ref(Ref::from_schema_name("Problem"));
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let mut response = ResponseBuilder::new()
            .description(lines.collect::<Vec<_>>().join(". "))
            .content("application/problem+json", content);
        if status == StatusCode::UNAUTHORIZED {
            response = response.header(header::WWW_AUTHENTICATE.as_str(), text("`Bearer`"));
        }
        if kinds.iter().any(|kind| kind.is_temporary()) {
            let seconds = Header::builder().schema(Some(Object::with_type(Type::Integer)));
            let when = Some("Seconds; absent when nobody knows whether trying again helps");
            response = response.header(header::RETRY_AFTER.as_str(), seconds.description(when).build());
        }
        operation.responses.responses.insert(status.as_str().to_owned(), response.build().into());
    }
}

fn text(description: &str) -> Header {
    Header::builder().schema(Some(Object::with_type(Type::String))).description(Some(description)).build()
}

impl Documented {
    fn answers(&self, method: &Method, path: &str) -> Option<&Answers> {
        let asked = if method == Method::HEAD { Method::GET } else { method.clone() };
        self.0.get(&(asked, path.to_owned()))
    }

    /// What is wrong with an answer, if it is not among those of its operation.
    fn fault(&self, method: &Method, path: &str, response: &Response) -> Option<String> {
        let answers = self.answers(method, path)?;
        let (status, problem) = (response.status(), response.extensions().get::<ProblemKind>());
        let known = match problem {
            Some(kind) => answers.problems.contains(kind),
            None => answers.statuses.iter().any(|known| known == status.as_str()),
        };
        (!known)
            .then(|| format!("{method} {path} answered {status} {problem:?}, which is not in its document"))
    }
}

/// Refuses a query of an operation of the API that takes none, as the others refuse a name that they do not know: whoever sends it
/// expects something of it. Health checks take whatever a load balancer adds.
pub(super) async fn refuse_query(
    State(documented): State<Arc<Documented>>,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let answers = path.as_ref().and_then(|path| documented.answers(request.method(), path.as_str()));
    let takes_none = answers.is_some_and(|answers| !answers.takes_query);
    let has_one = request.uri().query().is_some_and(|query| !query.is_empty());
    if takes_none && has_one && request.uri().path().starts_with("/api/") {
        return bad_query("this operation takes no query").into_response();
    }
    next.run(request).await
}

/// Fails a request whose answer is not in the document.
///
/// # Panics
/// Then: for the tests, which ask a debug build.
pub(super) async fn check(
    State(documented): State<Arc<Documented>>,
    request: Request,
    next: Next,
) -> Response {
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let fault = path.and_then(|path| documented.fault(&method, path.as_str(), &response));
    assert_eq!(fault, None);
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Problem;

    fn documented() -> (OpenApi, Documented) {
        let mut document = super::super::routes().into_openapi();
        let documented = complete(&mut document);
        (document, documented)
    }

    #[test]
    fn every_kind_of_problem_is_an_answer_of_some_operation() {
        use ProblemKind::*;
        let (_, Documented(answers)) = documented();
        // No operation has these: an unknown path, an unknown method, and what is told in a line of a batch.
        let others = [NoSuchPath, NoSuchMethod, LineTooSlow, LineTooLong];
        for kind in ProblemKind::ALL {
            let is_there = answers.values().any(|answers| answers.problems.contains(kind));
            assert_ne!(is_there, others.contains(kind), "{kind:?}");
        }
    }

    #[test]
    fn every_answer_has_a_status_of_its_own_and_no_handler_names_what_there_is_not() {
        let (document, _) = documented();
        let text = serde_json::to_string(&document).unwrap();
        assert!(!text.contains(PROBLEMS) && !text.contains("XX\""), "{text}");
    }

    #[test]
    fn an_answer_that_is_not_in_the_document_is_noticed() {
        let (_, documented) = documented();
        let fault =
            |method, path: &str, response: Response| documented.fault(&method, path, &response).is_some();
        let problem = |kind| Problem::new(kind, "").into_response();
        assert!(!fault(Method::POST, "/api/v1/teach", StatusCode::CREATED.into_response()));
        assert!(fault(Method::POST, "/api/v1/teach", StatusCode::OK.into_response()));
        assert!(!fault(Method::POST, "/api/v1/forget", problem(ProblemKind::NotTaught)));
        assert!(fault(Method::POST, "/api/v1/teach", problem(ProblemKind::NotTaught)));
        assert!(!fault(Method::HEAD, "/api/v1/genome", StatusCode::OK.into_response()));
        assert!(fault(Method::HEAD, "/api/v1/genome", problem(ProblemKind::BadPath)));
        assert!(!fault(Method::PUT, "/api/v1/genome", problem(ProblemKind::NoSuchMethod)));
    }
}
