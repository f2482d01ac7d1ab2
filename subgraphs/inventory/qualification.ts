// Service qualification: one question for all kinds at a place, and what the answer means for each.

import type { TmfObject } from '../tmf/client.ts';
import { asInstant, asList, asText, at } from '../tmf/read.ts';

export interface Asked {
  readonly kind: string;
  /** The back end's word for the kind. */
  readonly word: string;
}

export interface Availability {
  readonly kind: string;
  readonly provider: string;
  readonly name: string | null;
  readonly result: 'AVAILABLE' | 'ALTERNATIVE' | 'UNAVAILABLE' | 'UNKNOWN';
  readonly availableFrom: string | null;
  readonly reasons: readonly string[];
  readonly alternatives: readonly {
    name: string | null;
    description: string | null;
    availableFrom: string | null;
  }[];
}

function question(asked: readonly Asked[], place: string) {
  return {
    instantSyncQualification: true,
    provideAlternative: true,
    provideUnavailabilityReason: true,
    serviceQualificationItem: asked.map(({ word }, index) => ({
      id: String(index + 1),
      service: {
        id: String(index + 1),
        serviceType: word,
        place: [{ id: place, name: place, role: 'installationAddress' }],
      },
    })),
  };
}

function resultOf(item: unknown, alternatives: number): Availability['result'] {
  const word = asText(at(item, 'qualificationResult'))
    ?.toLowerCase()
    .replaceAll(/[\s_-]/g, '');
  if (word === 'qualified') return 'AVAILABLE';
  if (alternatives > 0 || word === 'alternate') return 'ALTERNATIVE';
  return word === undefined || word === 'insufficientinformation' ? 'UNKNOWN' : 'UNAVAILABLE';
}

function read(provider: string, { kind }: Asked, item: unknown): Availability {
  const alternatives = asList(at(item, 'alternateServiceProposal')).map((proposal) => ({
    name:
      asText(at(proposal, 'alternateService.name')) ??
      asText(at(proposal, 'alternateService.serviceType')) ??
      null,
    description: asText(at(proposal, 'alternateService.description')) ?? null,
    availableFrom: asInstant(at(proposal, 'alternateServiceAvailabilityDate')) ?? null,
  }));
  return {
    kind,
    provider,
    name: asText(at(item, 'service.name')) ?? null,
    result: item === undefined ? 'UNKNOWN' : resultOf(item, alternatives.length),
    availableFrom:
      asInstant(at(item, 'expectedServiceAvailabilityDate')) ??
      asInstant(at(item, 'expectedActivationDate')) ??
      null,
    reasons: asList(at(item, 'eligibilityUnavailabilityReason')).flatMap(
      (reason) => asText(at(reason, 'label')) ?? asText(at(reason, 'code')) ?? [],
    ),
    alternatives,
  };
}

/** One call for all kinds; items are matched by their id, else by their position. */
export async function qualify(
  provider: string,
  asked: readonly Asked[],
  place: string,
  ask: (body: unknown) => Promise<TmfObject>,
): Promise<readonly Availability[]> {
  const answer = await ask(question(asked, place));
  const items = asList(answer.serviceQualificationItem);
  return asked.map((each, index) => {
    const id = String(index + 1);
    const byId = items.find((item) => asText(at(item, 'id')) === id);
    return read(provider, each, byId ?? (items.length === asked.length ? items[index] : undefined));
  });
}
