// What a shipped dashboard may be: Grafana's own types at both ends of the range it imports into, with panels, options and
// fields as narrow as their plugins declare them. crates/kolibri/tests/it/ops_dashboards.rs has tsc check the files against it.

import type { Dashboard, GraphFieldConfig, Panel } from '@grafana/schema';
import type * as heatmap from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen';
import type * as stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as timeseries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';
import type { Dashboard as Dashboard10, Panel as Panel10 } from 'grafana-schema-10';

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
}

/** Grafana declares links of panels as if they were links of dashboards; these are the ones it writes and reads. */
interface PanelLink {
  title: string;
  url: string;
  targetBlank: boolean;
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
    overrides: [];
  };
};

type Shipped =
  | Of<'timeseries', timeseries.Options, GraphFieldConfig>
  | Of<'stat', stat.Options, never>
  | Of<'heatmap', heatmap.Options, heatmap.FieldConfig>;

/** In the newest Grafana. */
export type Newest = Omit<Json<Dashboard>, 'panels'> & { uid: string; schemaVersion: 39; id?: never; panels: Shipped[] };

/** In the oldest Grafana that the dashboards import into. */
export type Oldest = Omit<Json<Dashboard10>, 'panels'> & {
  panels: (Omit<Json<Panel10>, 'links'> & { links?: PanelLink[] })[];
};
