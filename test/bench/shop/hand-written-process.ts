export interface HandWrittenSettings {
  readonly subgraphsUrl: string;
}
throw new Error('not yet');
