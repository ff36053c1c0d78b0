/** What each thread of a pool of shards does: computes the gradient that it is sent. */
export { gradientOf as default } from './shard.js'
