/**
 * The one lint rule that no plugin has: which global names a pure module may mention.
 *
 * A list of what is allowed, not of what is forbidden: a clock, a timer, a file, a random source or
 * anything else that the platform grows is refused until somebody allows it here.
 */

/** A global that stands for itself alone, so that `const m = Math` cannot smuggle `m.random` past the linter. */
const onlyAsObject = new Set(['Math', 'Object', 'JSON'])

/** A value that no line of the module declares or imports; the names of the language's library count, types do not. */
const isFree = ({ isValueReference, resolved }) =>
  isValueReference && (resolved === null || (resolved.scope.type === 'global' && resolved.defs.length === 0))

const isObjectOfMember = (identifier) =>
  identifier.parent.type === 'MemberExpression' && identifier.parent.object === identifier

const references = (scope) => [...scope.references, ...scope.childScopes.flatMap(references)]

const onlyGlobals = {
  meta: {
    type: 'problem',
    schema: [{ type: 'array', items: { type: 'string' } }],
    messages: {
      unknown: "'{{name}}' is not among the globals that a pure module may mention",
      alias: "'{{name}}' may only stand before a dot here",
    },
  },
  create: ({ options: [allowed], sourceCode, report }) => ({
    'Program:exit': () => {
      for (const { identifier } of free(sourceCode)) {
        const { name } = identifier
        if (!allowed.includes(name)) report({ node: identifier, messageId: 'unknown', data: { name } })
        else if (onlyAsObject.has(name) && !isObjectOfMember(identifier))
          report({ node: identifier, messageId: 'alias', data: { name } })
      }
    },
  }),
}

const free = (sourceCode) => references(sourceCode.scopeManager.globalScope).filter(isFree)

export const house = { rules: { 'only-globals': onlyGlobals } }
