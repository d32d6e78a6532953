/** Values that are made when they are first asked for, each once: an object of them from how each is made. */
export function lazily<Makers extends Readonly<Record<string, () => unknown>>>(
  makers: Makers,
): { readonly [Name in keyof Makers]: ReturnType<Makers[Name]> } {
  const values = {}
  for (const [name, make] of Object.entries(makers)) {
    const get = (): unknown => {
      const value = make()
      Object.defineProperty(values, name, { enumerable: true, value })
      return value
    }
    Object.defineProperty(values, name, { enumerable: true, configurable: true, get })
  }
  return values as { readonly [Name in keyof Makers]: ReturnType<Makers[Name]> }
}
