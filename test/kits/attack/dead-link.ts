/**
 * A network of its own behind a link that can be cut: whoever sits behind it vanishes without a word. Made of a
 * namespace and a pair of virtual interfaces, for which Linux asks for root.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';

const [HERE, THERE] = ['10.231.77.1', '10.231.77.2'];

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' });
}

export class DeadLink {
  private readonly name = `tacit${process.pid}`;
  private readonly near = `tn${process.pid}`;
  private readonly far = `tf${process.pid}`;
  private readonly children: ChildProcess[] = [];

  /** Undefined where it cannot be made. */
  static create(): DeadLink | undefined {
    const link = new DeadLink();
    try {
      link.make();
      return link;
    } catch {
      link.remove();
      return undefined;
    }
  }

  /** So many connections from behind the link, each of which has sent these bytes, and reads nothing of the answer if told so. */
  async open(port: number, sent: string | Buffer, { many = 100, reads = true } = {}): Promise<void> {
    const script = `
      const { connect } = require('node:net');
      let open = 0;
      setInterval(() => {}, 1000);
      for (let i = 0; i < ${many}; i++) {
        const socket = connect(${port}, '${HERE}', () => {
          socket.write(Buffer.from('${Buffer.from(sent).toString('hex')}', 'hex'));
          socket.${reads ? 'resume' : 'pause'}();
          if (++open === ${many}) setTimeout(() => console.log('open'), 300);
        });
      }`;
    const args = ['netns', 'exec', this.name, process.execPath, '-e', script];
    const child = spawn('ip', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.children.push(child);
    await once(child.stdout, 'data');
  }

  cut(): void {
    ip('-n', this.name, 'link', 'set', this.far, 'down');
  }

  remove(): void {
    for (const child of this.children) child.kill('SIGKILL');
    for (const args of [
      ['link', 'del', this.near],
      ['netns', 'del', this.name],
    ]) {
      try {
        ip(...args);
      } catch {
        // It was not made.
      }
    }
  }

  private make(): void {
    const { name, near, far } = this;
    ip('netns', 'add', name);
    ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name);
    ip('addr', 'add', `${HERE}/24`, 'dev', near);
    ip('link', 'set', near, 'up');
    ip('-n', name, 'addr', 'add', `${THERE}/24`, 'dev', far);
    ip('-n', name, 'link', 'set', far, 'up');
  }
}
