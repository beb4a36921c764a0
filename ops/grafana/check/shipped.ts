// What a shipped dashboard may be: Grafana's own types at both ends of the range it imports into, with panels, options and
// fields as narrow as their plugins declare them. crates/kolibri/tests/it/ops_dashboards.rs has tsc check the files against it.

import type { AnnotationQuery, Dashboard, GraphFieldConfig, Panel, RowPanel, TableFieldOptions } from '@grafana/schema';
import type * as heatmap from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen';
import type * as stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type * as timeseries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';
import type { Dashboard as Dashboard10, Panel as Panel10, RowPanel as RowPanel10 } from 'grafana-schema-10';

/** What JSON can say of a type: the names of a text enumeration are texts there. */
type Json<T> = T extends string
  ? `${T}`
  : T extends (infer Item)[]
    ? Json<Item>[]
    : T extends object
      ? { [Key in keyof T]: Json<T[Key]> }
      : T;

type Source = { type: 'prometheus'; uid: '${datasource}' };

/** What Grafana's Prometheus plugin reads; its types are not published. */
interface Query {
  refId: string;
  datasource: Source;
  expr: string;
  legendFormat: string;
  format?: 'time_series' | 'heatmap' | 'table';
  /** Both, or neither: a value that is asked for as it is now is not a series over time. */
  instant?: true;
  range?: false;
}

/** Grafana declares links of panels as if they were links of dashboards; these are the ones it writes and reads. */
interface PanelLink {
  title: string;
  url: string;
  targetBlank: boolean;
}

/** What its Prometheus plugin reads of an annotation. The value of the expression is the time of the annotation. */
type Annotation = Json<AnnotationQuery> & {
  datasource: Source;
  expr: string;
  step: string;
  useValueForTime: true;
  titleFormat: string;
  textFormat: string;
  tagKeys: string;
};

/** A change of how some fields are shown. */
interface Override {
  matcher: { id: 'byName' | 'byRegexp'; options: string };
  properties: { id: 'color' | 'unit' | 'decimals' | 'mappings' | 'custom.cellOptions'; value: unknown }[];
}

/** Grafana types all panels alike; these are as their plugins declare them. */
type Of<Type extends string, Options, Field> = Omit<
  Json<Panel>,
  'type' | 'options' | 'fieldConfig' | 'targets' | 'datasource' | 'links'
> & {
  type: Type;
  id: number;
  title: string;
  description: string;
  datasource: Source;
  links?: PanelLink[];
  targets: Query[];
  options: Json<Options>;
  fieldConfig: {
    defaults: Omit<NonNullable<Json<Panel>['fieldConfig']>['defaults'], 'custom'> & { unit: string; custom?: Json<Field> };
    overrides: Override[];
  };
};

type Shipped =
  | Of<'timeseries', timeseries.Options, GraphFieldConfig>
  | Of<'stat', stat.Options, never>
  | Of<'heatmap', heatmap.Options, heatmap.FieldConfig>
  | Of<'table', Partial<Omit<table.Options, 'frameIndex'>>, TableFieldOptions>
  | (Json<RowPanel> & { collapsed: false; panels: [] });

/** In the newest Grafana. */
export type Newest = Omit<Json<Dashboard>, 'panels' | 'annotations'> & {
  uid: string;
  schemaVersion: 39;
  id?: never;
  annotations: { list: Annotation[] };
  panels: Shipped[];
};

/** In the oldest Grafana that the dashboards import into. */
export type Oldest = Omit<Json<Dashboard10>, 'panels' | 'annotations'> & {
  annotations: { list: Annotation[] };
  panels: ((Omit<Json<Panel10>, 'links'> & { links?: PanelLink[] }) | Json<RowPanel10>)[];
};
