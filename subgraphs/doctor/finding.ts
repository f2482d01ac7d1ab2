// What the doctor found of one habit, what the profile should say of it, and what the gateway makes of it.
import type { Habits } from '../tmf/profile.ts';

export interface Finding {
  readonly topic: string;
  /** What the back end does, in a few words. */
  readonly found: string;
  /** As the description promises it; other things are habits, which a profile states. */
  readonly asPromised: boolean;
  /** What its profile should say of it. */
  readonly profile?: Habits;
  /** What the gateway does about it, and what that costs. */
  readonly gateway?: string;
  /** Wrong, and nothing that a profile could state: told, and no reason to fail. */
  readonly noted?: boolean;
}

export const fine = (topic: string, found: string, profile: Habits = {}): Finding => ({
  topic,
  found,
  asPromised: true,
  profile,
});

export const deviates = (topic: string, found: string, profile: Habits, gateway: string): Finding => ({
  topic,
  found,
  asPromised: false,
  profile,
  gateway,
});

export const noted = (topic: string, found: string, gateway: string): Finding => ({
  topic,
  found,
  asPromised: false,
  gateway,
  noted: true,
});
