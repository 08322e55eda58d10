/** A logger whose level and form can be exchanged while it runs, for all the loggers made from it, too. */
import type { Logger } from '../contract/logger.ts';
import type { RootLogger } from './logger.ts';

export interface SwitchableLogger extends RootLogger {
  /** Lines go there from now on. */
  switchTo(logger: RootLogger): void;
}

export function createSwitchableLogger(first: RootLogger): SwitchableLogger {
  let root = first;
  return {
    ...following(() => root),
    child(fields) {
      let parent = root;
      let own = parent.child(fields);
      return following(() => {
        if (parent !== root) {
          parent = root;
          own = parent.child(fields);
        }
        return own;
      });
    },
    switchTo(logger) {
      root = logger;
    },
  };
}

function following(current: () => Logger): Logger {
  return {
    debug: (fields, message) => current().debug(fields, message),
    info: (fields, message) => current().info(fields, message),
    warn: (fields, message) => current().warn(fields, message),
    error: (fields, message) => current().error(fields, message),
  };
}
