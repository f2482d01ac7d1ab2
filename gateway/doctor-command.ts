// `npm run doctor -- --providers file.yaml`: examines back ends and exits with what CI can use.
import { runDoctor } from './doctor.ts';

runDoctor(process.argv.slice(2), console.log).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  },
);
