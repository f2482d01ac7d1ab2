// Which values a scalar or an enum of the graph may have in an answer; the stock gateway's rules.
import { type GraphQLLeafType, isEnumType, isSpecifiedScalarType } from 'graphql';

export type LeafCheck = (value: unknown) => boolean;

const isInteger: LeafCheck = (value) => Number.isInteger(value) && Math.abs(Number(value)) < 1e21;

const CHECKS: Readonly<Record<string, LeafCheck>> = {
  Boolean: (value) => typeof value === 'boolean',
  Float: (value) => typeof value === 'number' && Number.isFinite(value),
  Int: isInteger,
  ID: (value) => typeof value === 'string' || isInteger(value),
  String: (value) => typeof value === 'string',
};

const ANYTHING: LeafCheck = () => true;

export function leafCheck(type: GraphQLLeafType): LeafCheck {
  if (isEnumType(type)) {
    const names = new Set<unknown>(type.getValues().map(({ name }) => name));
    return (value) => names.has(value);
  }
  return (isSpecifiedScalarType(type) ? CHECKS[type.name] : undefined) ?? ANYTHING;
}
