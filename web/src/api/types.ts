// Short names for the API's types. They come from the OpenAPI document: `npm run api` writes schema.ts.
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Answer = Schemas["AskResponse"];
export type Suggestion = Schemas["SuggestedAnswer"];
export type Taught = Schemas["TeachResponse"];
export type Forgotten = Schemas["ForgetResponse"];
export type Genome = Schemas["GenomeResponse"];
export type Blocks = Schemas["BlocksResponse"];
export type Block = Schemas["BlockResponse"];
export type BlockAddress = Schemas["BlockAddress"];
export type OperationsState = Schemas["OperationsResponse"];
export type Condition = Schemas["Condition"];
export type RecallState = Schemas["RecallState"];
export type History = Schemas["HistoryResponse"];
export type HistoryPoint = Schemas["HistoryPoint"];
export type Quantiles = Schemas["Quantiles"];
export type Alerts = Schemas["AlertsResponse"];
export type Alert = Schemas["Alert"];
export type Verdict = Schemas["VerdictResponse"];
export type Verification = Schemas["VerificationResponse"];
export type Soaks = Schemas["SoaksResponse"];
export type Soak = Schemas["SoakReport"];
export type SoakProgress = Schemas["SoakProgress"];
export type Trace = Schemas["Trace"];
export type Failures = Schemas["FailuresResponse"];
export type FailureGroup = Schemas["FailureGroup"];
export type Caller = Schemas["Caller"];
export type ErrorKind = Schemas["ErrorKind"];
