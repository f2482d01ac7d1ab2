// What the performance data sheet can't say: measuring, judging and ordering objectives; availability.
import type { Resolvers } from '../context.ts';
import { backEndId, entityOf } from '../item.ts';
import { availability, availabilityBySite, windowFrom } from './availability.ts';
import { samplesOf } from './measurements.ts';
import { type ObjectiveAsk, objectives } from './objective-list.ts';
import { judge } from './objectives.ts';
import { slaViolations, slaViolationsOf, type ViolationAsk, violatedService } from './sla-violations.ts';

const MAX_INDICATORS = 20;

export const resolvers: Resolvers = {
  Query: {
    objectives: (_root, args, context) => objectives(args as ObjectiveAsk, context), // graphql has checked them
    slaViolations: (_root, args, context) => slaViolations(args as ViolationAsk, context), // graphql has checked them
    availabilityBySite: (_root, { from, until, customerId }, context) =>
      availabilityBySite(
        windowFrom(from, until, 'DAY'),
        typeof customerId === 'string' ? customerId : null,
        context,
      ),
  },
  ServiceLevelObjective: {
    measured: async (objective, _args, context) => (await judge(objective, context)).measured,
    status: async (objective, _args, context) => (await judge(objective, context)).status,
    trend: async (objective, _args, context) => (await judge(objective, context)).trend,
  },
  SlaViolation: {
    service: violatedService,
  },
  Service: {
    slaViolations: (item, args, context) => slaViolationsOf(item, (args as ViolationAsk).filter, context), // graphql has checked them
    async measurements(item, { from, until, granularity, indicators }, { objects }) {
      const window = windowFrom(from, until, granularity === 'HOUR' ? 'HOUR' : 'DAY');
      const service = entityOf(item);
      const wanted = Array.isArray(indicators) ? indicators.slice(0, MAX_INDICATORS).map(String) : undefined;
      const samples = await samplesOf(objects, service.provider, backEndId(service), window);
      return samples
        .filter(({ indicator }) => wanted === undefined || wanted.includes(indicator))
        .map(({ fromMs, untilMs, ...sample }) => ({
          ...sample,
          period: { start: new Date(fromMs).toISOString(), end: new Date(untilMs).toISOString() },
        }));
    },
    availability: (item, { from, until }, context) =>
      availability(entityOf(item), windowFrom(from, until, 'DAY'), context),
  },
};
