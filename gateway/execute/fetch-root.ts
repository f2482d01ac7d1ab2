// Executes a fetch of root fields: its answer goes to the root, or into each object that offers the root type.

import type { JsonObject } from '../../schema/json.ts';
import { call } from './call.ts';
import type { Answer } from './exchange.ts';
import { failureAt, type Path, subgraphError } from './failure.ts';
import { type CompiledFetch, clientPath, variablesFor } from './fetch.ts';
import { merge } from './merge.ts';
import { eachPlace, locate } from './places.ts';
import type { Run } from './run.ts';

export async function fetchRoot(fetch: CompiledFetch, run: Run): Promise<void> {
  const targets: JsonObject[] = [];
  eachPlace(run, fetch.path, (target) => {
    targets.push(target);
    return target;
  });
  if (targets.length === 0) return;
  const answer = await call(run, fetch.request, variablesFor(fetch, run));
  report(fetch, run, targets, answer);
  if (answer.data === undefined) return;
  for (const rewrite of fetch.rewriteOutput) rewrite(answer.data);
  let first = true;
  for (const target of targets) {
    merge(target, answer.data, fetch.shape, !first);
    first = false;
  }
}

function report(fetch: CompiledFetch, run: Run, targets: readonly JsonObject[], answer: Answer): void {
  const { errors, failure } = answer;
  if (errors.length === 0 && failure === undefined) return;
  const places: Path[] = [...locate(run.data, fetch.path, new Set(targets)).values()].flat();
  const everyField = places.flatMap((place) => fetch.rootNames.map((name) => [...place, name]));
  if (failure !== undefined) {
    for (const path of everyField)
      run.errors.push(failureAt(failure.code, clientPath(fetch, path), failure.cause));
  }
  for (const error of errors) {
    // an error that names no field has cost them all
    const paths = Array.isArray(error.path)
      ? places.map((place) => [...place, ...(error.path ?? [])])
      : everyField;
    for (const path of paths)
      run.errors.push(subgraphError(error, fetch.request.serviceName, clientPath(fetch, path)));
  }
}
