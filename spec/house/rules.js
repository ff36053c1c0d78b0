/** The lint rules that no plugin has. */
import ts from 'typescript'

/*
 * Which global names a pure module may mention: a list of what is allowed, not of what is forbidden. A clock, a timer, a
 * file, a random source or anything else that the platform grows is refused until somebody allows it here.
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

/*
 * Which lists may be spread into a call: every entry is an argument on the stack, which overflows at some hundred
 * thousand of them. So a list is spread only where its length is fixed: a tuple, or the caller's own arguments.
 */

/** Methods whose result is no longer than the list they are called on. */
const noLonger = new Set(['filter', 'map', 'slice', 'toReversed', 'toSorted'])

const isFixedTuple = (checker, type) =>
  checker.isTupleType(type) && !type.target.elementFlags.some((flags) => flags & ts.ElementFlags.Variable)

const variableOf = (scope, name) =>
  scope === null ? undefined : (scope.set.get(name) ?? variableOf(scope.upper, name))

/** What a name that is declared once stands for: its rest parameter, or the expression that it is made by. */
const meaningOf = (sourceCode, identifier) => {
  const [definition, ...others] = variableOf(sourceCode.getScope(identifier), identifier.name)?.defs ?? []
  const { type, node, name } = definition ?? {}
  if (others.length > 0) return undefined
  return type === 'Parameter' && name.parent.type === 'RestElement' && node.params.includes(name.parent)
    ? name.parent
    : type === 'Variable' && node.parent.kind === 'const' && node.id === name
      ? node.init
      : undefined
}

const isFixed = (sourceCode, node) => {
  const { program, esTreeNodeToTSNodeMap } = sourceCode.parserServices
  const checker = program.getTypeChecker()
  if (isFixedTuple(checker, checker.getTypeAtLocation(esTreeNodeToTSNodeMap.get(node)))) return true
  switch (node.type) {
    case 'Identifier': {
      const meaning = meaningOf(sourceCode, node)
      return meaning !== undefined && (meaning.type === 'RestElement' || isFixed(sourceCode, meaning))
    }
    case 'ArrayExpression':
      return node.elements.every((each) => each?.type !== 'SpreadElement' || isFixed(sourceCode, each.argument))
    case 'CallExpression':
      return (
        node.callee.type === 'MemberExpression' &&
        noLonger.has(node.callee.property.name) &&
        isFixed(sourceCode, node.callee.object)
      )
    case 'TSAsExpression':
      return isFixed(sourceCode, node.expression)
    default:
      return false
  }
}

const fixedSpread = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      unbounded: 'A list of any length overflows the stack when it is spread into a call: fold it, or spread a tuple.',
    },
  },
  create: ({ sourceCode, report }) => {
    const judge = (node) => {
      node.arguments
        .filter((each) => each.type === 'SpreadElement' && !isFixed(sourceCode, each.argument))
        .forEach((each) => report({ node: each, messageId: 'unbounded' }))
    }
    return { CallExpression: judge, NewExpression: judge }
  },
}

export const house = { rules: { 'only-globals': onlyGlobals, 'fixed-spread': fixedSpread } }
