// The composition root: reads the configuration, makes every part, and puts them together. Nobody else may.
import { fileURLToPath } from 'node:url';
import { createLocalJWKSet, createRemoteJWKSet } from 'jose';
import { ACTORS } from '../mocks/actors.ts';
import type { Simulator } from '../mocks/simulator.ts';
import type { Contract } from '../schema/data-sheet.ts';
import { fileSource, filesByName } from '../subgraphs/files.ts';
import { openHearing } from '../subgraphs/hearing.ts';
import { serveOverHttp } from '../subgraphs/http.ts';
import { principalTopics } from '../subgraphs/identity/principal-topics.ts';
import type { Systems } from '../subgraphs/loads.ts';
import { startWork } from '../subgraphs/modules.ts';
import type { Own } from '../subgraphs/own.ts';
import { serve } from '../subgraphs/serve.ts';
import { readOperations } from './client-operations.ts';
import type { Config } from './config.ts';
import { graphFiles } from './graph-files.ts';
import { closeParts, openParts, openState, type Surroundings, seedActors } from './parts.ts';
import { openPrincipalKeys } from './principal-keys.ts';
import { openSealingKeys } from './sealing-keys.ts';
import { startGateway } from './start.ts';
import { watchFile } from './watched-file.ts';

const ROOT = new URL('../', import.meta.url);

export interface Running {
  readonly url: string;
  readonly contract: Contract;
  readonly simulator: Simulator | undefined;
  /** Who may sign in to the demonstration; nobody outside demo mode. */
  readonly actors: readonly { readonly id: string; readonly description: string }[];
  /** What it owns; absent where none of its subgraphs keeps state. */
  readonly own: Own | undefined;
  /** Takes the providers file, the supergraph and the subgraphs' data sheets anew from their files; resolves with whether they fit. */
  reload?(): Promise<boolean>;
  /** Drains and closes everything that was started. */
  stop(): Promise<void>;
}

/** Simulator (in demo mode), subgraphs and gateway, in this process but for the subgraphs that run elsewhere. */
export async function runGateway(config: Config, surroundings: Surroundings = {}): Promise<Running> {
  const parts = await openParts(config, surroundings, { userTokens: true });
  const { modules, log, now, cache, client } = parts;
  const state = await openState(parts, surroundings);
  await seedActors(parts, state, surroundings);
  const { signIn, own } = state;
  const systems: Systems = { ...parts.systems, own };
  const { contract } = systems;
  const keys = await openPrincipalKeys(config);
  const graph = graphFiles({
    ...parts,
    contract,
    key: keys.signing,
    audit: state.own.audit,
    local: [...modules.keys()],
    serve: (sheets) => {
      const ofSheets = { ...systems, contract: sheets };
      return (name) => serve(name, ofSheets, modules.get(name)?.resolvers ?? {});
    },
  });
  const handlers = [...modules.values()].map((each) => each.events);
  const hearing = openHearing({
    systems,
    cache,
    handlers,
    keys: await openSealingKeys(config),
    renewMs: config.eventsRenewMs,
    topicsOf: principalTopics,
    onNone: (source) => log.warn(source, 'gives no notifications'),
  });
  const actors = config.demo
    ? ACTORS.map(({ actorId: id, displayName: description }) => ({ id, description }))
    : [];
  const gateway = await startGateway({
    config,
    ...(await graph.read()),
    grants: state.grants,
    ...(signIn === undefined
      ? {}
      : { signIn: { keys: signIn.issuer.verifyKeys, sessions: signIn.sessions } }),
    audit: state.own.audit,
    onSecurityAlarm: state.onSecurityAlarm,
    responseStore: cache,
    liveSource: hearing.live,
    health: [{ health: async () => client.health() }, parts.providers.health, cache, state.store],
    operations: await readOperations(fileURLToPath(new URL('schema/operations/', ROOT))),
    ...(config.demo ? { demo: { actors } } : {}),
    ...(graph.remotes.length === 0 ? {} : { principalKeys: keys }),
    files: fileSource(graph.remotes, modules, systems),
    events: hearing.events,
    ...(surroundings.fellows === undefined ? {} : { fellows: surroundings.fellows }),
    log,
    now,
  });
  const reloadGraph = () => gateway.reload(graph.read);
  const unwatch = await watchFile(graph.file, reloadGraph);
  const reload = async () => (await Promise.all([parts.providers.reload(), reloadGraph()])).every(Boolean);
  const reached = config.publicUrl ?? (config.demo ? gateway.url : undefined);
  const base = surroundings.subscribes === false ? undefined : reached;
  const registrations = base && (await hearing.listen(base));
  const endWork = startWork(modules, systems, {
    pauseMs: config.workPauseMs,
    onFault: (error, what) => log.warn({ err: error }, what),
  });
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    unwatch();
    if (registrations) await registrations.stop();
    await gateway.drain();
    await endWork();
    await Promise.all(graph.remotes.map((remote) => remote.close()));
    await state.close();
    await closeParts(parts);
  };
  return {
    url: gateway.url,
    contract,
    simulator: parts.simulator,
    actors,
    own,
    reload,
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** Named subgraphs alone, over HTTP, for a gateway elsewhere. */
export async function runSubgraphs(
  names: readonly string[],
  config: Config,
  surroundings: Surroundings = {},
): Promise<Running> {
  const parts = await openParts(config, surroundings, {
    userTokens: names.every((name) => config.userTokenTo.includes(name)),
  });
  const { modules, log, now } = parts;
  const keepsState = names.some((name) => modules.get(name)?.keepsState === true);
  const state = keepsState ? await openState(parts, surroundings) : undefined;
  const systems: Systems = { ...parts.systems, ...(state === undefined ? {} : { own: state.own }) };
  const served = new Map(
    names.map((name) => {
      const found = modules.get(name);
      if (found === undefined)
        throw new Error(`--only: there is no ${name}, but ${[...modules.keys()].join(', ')}`);
      return [name, found];
    }),
  );
  const subgraphs = [...served].map(([name, { resolvers }]) => serve(name, systems, resolvers));
  const keys =
    config.principalJwksUrl === undefined
      ? createLocalJWKSet((await openPrincipalKeys(config)).publicKeys)
      : createRemoteJWKSet(new URL(config.principalJwksUrl));
  const server = await serveOverHttp({
    subgraphs,
    files: filesByName(served, systems),
    keys,
    host: config.host,
    port: config.port,
    now,
    maxBodyBytes: 16 * 1024 * 1024,
    timeoutMs: config.operationTimeoutMs,
    onRefusal: (refusal) => log.warn(refusal, 'refused'),
  });
  return {
    url: server.url,
    contract: systems.contract,
    simulator: parts.simulator,
    actors: [],
    own: state?.own,
    reload: parts.providers.reload,
    async stop() {
      await server.close();
      await state?.close();
      await closeParts(parts);
    },
  };
}
