/**
 * One run to a name: a name is held for as long as its process lives, and no longer.
 *
 * What holds it is the kernel's, so that it goes with the process however that ends, and of two that start at the same
 * instant one gets it: on Linux an abstract socket, on Windows a named pipe, elsewhere a lock file that is opened with
 * O_EXLOCK. A file with a process id outlives a crash, and ids are used again; one whose time is renewed every few
 * seconds, as `proper-lockfile` has it, is taken for dead during a long minibatch, and for alive after a crash.
 * It is seen by processes of the same machine alone, and of the same container.
 */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { codeOf } from '../problem.js'

/** A name that is held, until it is let go. */
export interface Hold {
  readonly release: () => Promise<void>
}

/** What holds a name, on which system. */
export interface LockSystem {
  readonly platform: NodeJS.Platform
  readonly open: typeof open
}

/** A process that is ending, or another's that begins with our files still open, has let go within that time. */
const [TRIES, PAUSE_IN_MILLISECONDS] = [10, 50]

/**
 * Holds a path's name; undefined where another process does, or this one already. Rejects where the system refuses.
 *
 * @param path without links, in a folder that exists
 */
export const hold = async (
  path: string,
  system: LockSystem = { platform: process.platform, open },
  tries = TRIES,
): Promise<Hold | undefined> => {
  const held = await holdNow(path, system)
  if (held !== undefined || tries === 1) return held
  await setTimeout(PAUSE_IN_MILLISECONDS)
  return hold(path, system, tries - 1)
}

const holdNow = async (path: string, { platform, open: opened }: LockSystem): Promise<Hold | undefined> => {
  const [folder, name] = [dirname(path), basename(path)]
  if (platform !== 'linux' && platform !== 'win32') return holdFile(join(folder, `.${name}.lock`), opened)
  // However a folder is called, it is one file of one device.
  const { dev, ino } = await stat(folder, { bigint: true })
  const key = createHash('sha512').update(`pure-rnn ${String(dev)}:${String(ino)}/${name}`).digest('hex')
  return holdSocket(platform === 'linux' ? `\0${key.slice(0, ABSTRACT_NAME - 1)}` : `\\\\?\\pipe\\pure-rnn-${key}`)
}

/** An abstract name of the greatest length: shorter ones are filled up with zeros by some versions of Node alone. */
const ABSTRACT_NAME = 108

const holdSocket = (name: string): Promise<Hold | undefined> =>
  new Promise((resolve, reject) => {
    const server = createServer((caller) => {
      caller.destroy()
    })
    server.once('error', (error) => {
      if (codeOf(error) === 'EADDRINUSE') resolve(undefined)
      else reject(error)
    })
    server.listen(name, () => {
      resolve({
        release: () =>
          new Promise((done) => {
            server.close(() => {
              done()
            })
          }),
      })
    })
    server.unref()
  })

/** Open, and lock it, in one step: a flag of macOS and the BSDs. */
const O_EXLOCK = 0x20

const holdFile = async (path: string, opened: typeof open): Promise<Hold | undefined> => {
  const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants
  try {
    const file = await opened(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_EXLOCK, 0o600)
    return {
      release: async () => {
        // In this order: whoever opens the name in between makes a file of their own.
        await rm(path, { force: true })
        await file.close()
      },
    }
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return undefined
    throw error
  }
}
