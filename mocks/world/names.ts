// People's names: drawn by hash, so that a person keeps the name whoever asks first.
import { mix, pick } from './random.ts';

const GIVEN = [
  'Ada',
  'Amir',
  'Anouk',
  'Bastian',
  'Chiara',
  'Dario',
  'Elif',
  'Emil',
  'Fatou',
  'Greta',
  'Hugo',
  'Ines',
  'Jonas',
  'Katja',
  'Leïla',
  'Luca',
  'Maëlle',
  'Mateo',
  'Nadia',
  'Nils',
  'Olga',
  'Pavel',
  'Quentin',
  'Rosa',
  'Samir',
  'Sofia',
  'Théo',
  'Uma',
  'Viktor',
  'Wanda',
  'Yara',
  'Zoé',
] as const;

const FAMILY = [
  'Almeida',
  'Berger',
  'Claes',
  'Dupont',
  'Eriksen',
  'Fontaine',
  'Garcia',
  'Hoffmann',
  'Ivanov',
  'Janssen',
  'Keller',
  'Lambert',
  'Martin',
  'Nowak',
  'Olsen',
  'Petit',
  'Rossi',
  'Santos',
  'Tanaka',
  'Urban',
  'Vidal',
  'Weber',
  'Yilmaz',
  'Zimmer',
] as const;

export function personName(state: number): { readonly givenName: string; readonly familyName: string } {
  return { givenName: pick(mix(state, 1), GIVEN), familyName: pick(mix(state, 2), FAMILY) };
}

/** A mailbox name of plain letters. */
export function mailbox(givenName: string, familyName: string): string {
  return `${givenName}.${familyName}`
    .normalize('NFD')
    .replace(/[^A-Za-z.]/g, '')
    .toLowerCase();
}
