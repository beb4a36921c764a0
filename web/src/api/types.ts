// The API's types under short names. The source is the OpenAPI document: `npm run api` writes schema.ts.
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Answer = Schemas["AskResponse"];
export type Taught = Schemas["TeachResponse"];
export type Forgotten = Schemas["ForgetResponse"];
export type Genome = Schemas["GenomeResponse"];
export type Blocks = Schemas["BlocksResponse"];
export type Block = Schemas["BlockResponse"];
export type BlockAddress = Schemas["BlockAddress"];
export type {
  Alert,
  Alerts,
  History,
  HistoryPoint,
  OperationsState,
  Quantiles,
  Soak,
  SoakProgress,
  Soaks,
  Trace,
  Verification,
} from "./pending";
