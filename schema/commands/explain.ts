// `npm run explain CustomerBill.dueOn`: what the data sheets say of a field.
import { findSubgraphs, readContract } from '../contract.ts';
import { explain } from '../explain.ts';

const [coordinate = ''] = process.argv.slice(2);
console.log(explain(coordinate, readContract(findSubgraphs(new URL('../../subgraphs/', import.meta.url)))));
