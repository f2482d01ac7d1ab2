// With `--write`: a listener and an object of the doctor's own, made, changed and removed again.
import { randomUUID } from 'node:crypto';
import type { Api } from '../tmf/backends.ts';
import { announcedId } from '../tmf/progress.ts';
import { isRecord } from '../tmf/tmf-object.ts';
import { deviates, type Finding, fine, noted } from './finding.ts';
import { isHeard, type Questions } from './questions.ts';

/** What may be made without touching anybody: catalogue and master data that nothing refers to. */
const TRIALS: Partial<
  Record<Api, { readonly resource: string; readonly body: Readonly<Record<string, unknown>> }>
> = {
  TMF620: { resource: 'category', body: { name: 'ssm-doctor', lifecycleStatus: 'In study' } },
  TMF632: { resource: 'individual', body: { givenName: 'ssm', familyName: 'doctor' } },
  TMF635: { resource: 'usageSpecification', body: { name: 'ssm-doctor' } },
  TMF651: { resource: 'agreementSpecification', body: { name: 'ssm-doctor', attachment: [] } },
  TMF666: { resource: 'billFormat', body: { name: 'ssm-doctor' } },
  TMF667: { resource: 'document', body: { name: 'ssm-doctor', documentType: 'test' } },
};

/** Nobody listens there, and nobody is told of it. */
const CALLBACK = 'http://127.0.0.1:9/ssm-doctor';

export async function hub(questions: Questions): Promise<Finding> {
  const made = await questions.ask({ method: 'POST', resource: 'hub', body: { callback: CALLBACK } });
  const none = (found: string) =>
    deviates(
      'hub',
      found,
      { hub: 'none' },
      'Does not register; values are as old as their cache allows, and looked at again.',
    );
  if (!isHeard(made)) return none(`refused (${made.status ?? made.fault})`);
  const id = isRecord(made.body) ? made.body.id : undefined;
  if (id === undefined) return noted('hub', 'gives no id to a listener', 'Can not take its listeners back.');
  const gone = await questions.ask({ method: 'DELETE', resource: 'hub', id: String(id) });
  return isHeard(gone)
    ? fine('hub', 'takes listeners and lets them go', { hub: 'delivers' })
    : noted('hub', 'keeps listeners', 'Can not take its listeners back.');
}

export async function changes(questions: Questions): Promise<Finding[]> {
  const trial = TRIALS[questions.config.api];
  if (trial === undefined) return [];
  const { resource } = trial;
  const body = { ...trial.body, description: 'made by ssm-gateway doctor, may be removed' };
  const made = await questions.ask({ method: 'POST', resource, body });
  if (!isHeard(made))
    return [
      noted('create', `refused (${made.status ?? made.fault})`, 'Nothing: the graph makes none of these.'),
    ];
  const own = isRecord(made.body) ? made.body.id : undefined;
  // accepted without a body: what it has made is at its address, and must not be left there
  const id = own === undefined ? announcedId(made) : String(own);
  if (id === undefined) return [noted('create', 'does not say what it has made', 'Looks for it by its key.')];
  const change = async (contentType: string): Promise<boolean> => {
    const description = `changed ${randomUUID()}`;
    await questions.ask({ method: 'PATCH', resource, id, body: { description }, contentType });
    const read = await questions.ask({ resource, id });
    return isHeard(read) && isRecord(read.body) && read.body.description === description;
  };
  const found: Finding[] = [];
  if (await change('application/json')) found.push(fine('change', 'plain JSON is merged', { patch: 'json' }));
  else if (await change('application/merge-patch+json'))
    found.push(
      deviates(
        'change',
        'application/merge-patch+json alone',
        { patch: 'mergePatch' },
        'Sends changes as merge patches.',
      ),
    );
  else
    found.push(
      noted(
        'change',
        'answered, and not made',
        'Reads every change back: one that was not made is CHANGE_NOT_APPLIED.',
      ),
    );
  await questions.ask({ method: 'DELETE', resource, id });
  const left = await questions.ask({ resource, id });
  found.push(
    isHeard(left)
      ? noted('remove', `${resource} ${id} is still there: remove it`, 'Reads every removal back.')
      : fine('remove', 'done'),
  );
  return found;
}
