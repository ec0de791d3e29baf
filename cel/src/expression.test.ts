import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deepFreeze, FlotillaError, type Json } from '@flotilla/sdk'
import { compile, costOf, expression, inferred } from './expression.ts'
import type { Shape } from './shapes.ts'
import { Read, type Reading, Real } from './value.ts'

const given = deepFreeze({
  object: {
    metadata: { name: 'web', labels: { app: 'web', tier: 'gold' } },
    spec: { replicas: 3, ratio: 0.5, cpu: '500m', ports: [80, 443], command: ['a', 'b'] },
    list: Array.from({ length: 1_000 }, (_, index) => index),
    long: 'a'.repeat(100_000),
    many: Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [String(index), index])),
    none: null,
  },
  cluster: { metadata: { name: 'member1', labels: {} }, spec: { region: 'eu', zones: ['a', 'b'] } },
})
const variables = ['object', 'cluster']
const answer = (text: string): Json => compile(text, variables).evaluate(given)

describe('the value of an expression', () => {
  const values: readonly [string, Json][] = [
    ['object.spec.replicas * 2', 6],
    ['object.spec.replicas', 3],
    ['object.spec.ratio', 0.5],
    ['object.spec.replicas / 2', 1],
    ['double(object.spec.replicas) / 2.0', 1.5],
    ['int(double(object.spec.replicas) * 1.5)', 4],
    ['object.spec.ratio * 4.0', 2],
    ['7u', 7],
    ['-1', -1],
    ['true', true],
    ['null', null],
    ['object.none', null],
    ['b"hello"', 'aGVsbG8='],
    ['timestamp("2026-01-02T03:04:05Z")', '2026-01-02T03:04:05Z'],
    ['timestamp("2026-01-02T03:04:05Z") + duration("1h")', '2026-01-02T04:04:05Z'],
    ['duration("5m")', '300s'],
    ['{"a": [1, 2.5, "x"], "b": {"c": null}}', { a: [1, 2.5, 'x'], b: { c: null } }],
    ['{?"a": optional.of(1), ?"b": optional.none(), "c": [?optional.none(), ?optional.of(2), 3]}', { a: 1, c: [2, 3] }],
    ['object.spec.ports[?7].orValue(1) + (true ? 1 : 2)', 2],
    ['"a,b,c".split(",", 2)', ['a', 'b,c']],
    ['[string(1e8), string(0.00001), string(123456.5), string(-0.5)]', ['1e+08', '1e-05', '123456.5', '-0.5']],
    ['[1, 2, 2].exists_one(v, v == 1)', true],
    ['[[1, 2], [2, [3]]].flatten()', [1, 2, 2, [3]]],
    ['[[1, 2], [2, [3]]].flatten(2).distinct()', [1, 2, 3]],
    ['["b", "a", "c"].sort().slice(1, 3).reverse()', ['c', 'b']],
    ['["aa", "b", "ccc"].sortBy(s, -size(s))', ['ccc', 'aa', 'b']],
    ['lists.range(3).first().value() + lists.range(3).last().orValue(7)', 2],
    ['"1a2b3".findAll("[0-9]", 2)', ['1', '2']],
    ['[duration("1s"), duration("3s")].max()', '3s'],
    ['[duration("1s"), duration("3s")].sum()', '4s'],
    ['{"a": 1, "b": 2}.all(k, v, k != "c" && v > 0) && [5, 6].exists(i, v, i == 1 && v == 6)', true],
    ['{"a": 1, "b": 1}.existsOne(k, v, v == 1)', false],
    ['{"a": 1, "b": 2}.transformMap(k, v, k == "b", v * 2)', { b: 4 }],
    ['[5, 6].transformList(i, v, i + v)', [5, 7]],
    ['{"a": "x"}.transformMapEntry(k, v, {v: k})', { x: 'a' }],
    ['[1, 2].all(i, v, [3, 4].all(v, v > i))', true],
    ['optional.of("a").optFlatMap(x, optional.of(x + "!")).orValue("")', 'a!'],
    ['optional.unwrap([optional.of(1), optional.none()]) + [optional.of(2)].unwrapOpt()', [1, 2]],
    ['[ip("::1:2").family(), cidr("10.1.2.3/8").prefixLength()]', [6, 8]],
    [
      '[string(ip("0:0:0:0:0:0:0:1")), string(cidr("10.1.2.3/8").masked()), string(cidr("10.1.2.3/8").ip())]',
      ['::1', '10.0.0.0/8', '10.1.2.3'],
    ],
    ['cidr("10.0.0.0/8").containsIP("10.1.1.1") && !cidr("10.0.0.0/8").containsCIDR("10.0.0.0/7")', true],
    [
      'ip("127.0.0.1").isLoopback() && ip("8.8.8.8").isGlobalUnicast() && !isIP("::1%eth0") && !isIP("::ffff:1.2.3.4")',
      true,
    ],
    ['ip("::1") == ip("0:0::1") && ip.isCanonical("::1")', true],
    ['url("https://EXAMPLE.com:443?a=1&a=2").getQuery()', { a: ['1', '2'] }],
    ['url("https://EXAMPLE.com:443").getHost() + url("https://a").getEscapedPath()', 'EXAMPLE.com:443'],
    ['[quantity("50k").add(20).asInteger(), quantity("2").sub(quantity("1")).asInteger()]', [50020, 1]],
    ['quantity("1.5").isInteger() || quantity("-1").sign() != -1', false],
    ['semver("v01.1", true) == semver("1.1.0") && isSemver("v1", true)', true],
    ['format.dns1123Label().validate("a-b").hasValue() || format.named("nope").hasValue()', false],
    ['format.named("uuid").value().validate("x").value()', ['does not match the UUID format']],
    ['{1: "one", true: "yes"}', { 1: 'one', true: 'yes' }],
    ['"registry." + cluster.spec.region + ".example.com"', 'registry.eu.example.com'],
    ['cluster.spec.region in ["eu", "us"] ? "near" : "far"', 'near'],
    ['"tier" in object.metadata.labels', true],
    ['has(cluster.metadata.labels.tier) ? cluster.metadata.labels.tier : "none"', 'none'],
    ['object.spec.ports.map(port, port + 8000)', [8080, 8443]],
    ['object.spec.ports.filter(port, port > 100)', [443]],
    ['object.spec.ports.exists(port, port == 80) && object.spec.ports.all(port, port > 0)', true],
    ['object.metadata.labels.map(key, key)', ['app', 'tier']],
    ['object.metadata.labels.map(key, key + object.metadata.labels[key])', ['appweb', 'tiergold']],
    ['object.metadata', { name: 'web', labels: { app: 'web', tier: 'gold' } }],
    ['object.metadata.labels == {"tier": "gold", "app": "web"}', true],
    ['has(object.constructor) || has(object.toString) || "__proto__" in object', false],
    ['size(object.metadata.labels)', 2],
    ['"%s".format([object.metadata.labels])', '{app: web, tier: gold}'],
    ['object.spec.command + ["--zone=" + cluster.spec.zones[0]]', ['a', 'b', '--zone=a']],
    ['string(int(object.spec.cpu.replace("m", "")) * 2) + "m"', '1000m'],
    ['"%s-%d".format([cluster.metadata.name, object.spec.replicas])', 'member1-3'],
    ['cluster.spec.zones.join("-").upperAscii()', 'A-B'],
    ['"a.b.c".split(".")', ['a', 'b', 'c']],
    ['"aXbXc".replace("X", "-", 1)', 'a-bXc'],
    ['"aXbXc".replace("X", "-", 0)', 'aXbXc'],
    ['"aXbXc".replace("X", "-", -1)', 'a-b-c'],
    ['"ab".replace("", "-")', '-a-b-'],
    ['"member1".matches("^member[0-9]+$")', true],
    [`"${'a'.repeat(50)}!".matches("^((a+)+)+$")`, false],
    [`"${'a'.repeat(50)}!".find("((a+)+)+b")`, ''],
    ['"a1b22".find("(?P<digits>[[:digit:]]+)")', '1'],
    ['"a1b22".findAll("[0-9]+")', ['1', '22']],
    ['"ab".findAll("")', ['', '', '']],
    ['size(object.list.map(x, x + 1))', 1000],
    ['object.list.map(x, x + 1)[999]', 1000],
    ['type(object.spec.replicas) == int', true],
    ['scaled(object.spec.cpu, 3)', '1500m'],
    ['scaled(object.spec.cpu, 2)', '1'],
    ['scaled("1", 0.5)', '500m'],
    ['scaled(1, 1.5)', '1500m'],
    ['scaled("64Mi", 1.5)', '96Mi'],
    ['scaled("1Gi", 0.3)', '322122548'],
    ['scaled("1.5Gi", 2)', '3Gi'],
    ['scaled("10M", 1.00000001)', '10000001'],
    ['scaled("64Mi", 0)', '0'],
    ['semver("v1.29.3+k3s1").isGreaterThan(semver("1.29"))', true],
    ['semver("1.9").isLessThan(semver("v1.10.0"))', true],
    ['semver("v1.29.3").compareTo(semver("1.29.3"))', 0],
    ['semver("v1.29.3-alpha.1").isLessThan(semver("1.29.3"))', true],
    ['semver("v1.29.3") == semver("1.29.3")', true],
    ['[semver("v1.29.3").major(), semver("1.29").minor(), semver("1.29.3").patch()]', [1, 29, 3]],
    ['isSemver("v1") && !isSemver("latest")', true],
    ['quantity("1Gi") > quantity("1000M") && quantity("500m") + 1.0 == 1.5', true],
    ['quantity(object.spec.cpu).isLessThan(quantity("1"))', true],
    ['quantity("2").isGreaterThan(quantity("1999m")) && quantity("1k").compareTo(quantity("1e3")) == 0', true],
    ['isQuantity("1.5Gi") && !isQuantity("much")', true],
    ['size(object.many.map(key, object.many[key]))', 20_000],
    ['object.list.all(x, "none" in object.many || string(x) in object.many)', true],
    [
      '[[1, 2].map(x, x), [3].map(x, x)].map(list, list + list)',
      [
        [1, 2, 1, 2],
        [3, 3],
      ],
    ],
    ['object.?spec.replicas.orValue(1)', 3],
    ['object.?spec.?nothing.more.orValue("none")', 'none'],
    ['object[?"spec"].hasValue() && !object.spec.ports[?7].hasValue()', true],
    ['object.spec.ports[?1].optMap(port, port + 1).value()', 444],
    ['optional.none().or(optional.of("a.?b")).orValue("")', 'a.?b'],
    ['optional.ofNonZeroValue("").hasValue()', false],
    ['object.spec.ports.isSorted() && [1, 2, 2].sum() == 5 && [3, 1].min() == 1 && ["a", "b"].max() == "b"', true],
    ['[object.spec.ports.indexOf(443), ["a", "b", "a"].lastIndexOf("a"), [1].indexOf(2)]', [1, 2, -1]],
    [
      'sets.contains(object.spec.ports, [443]) && sets.equivalent([1, 2], [2, 1, 1]) && !sets.intersects([1], ["1"])',
      true,
    ],
    ['"a1b22".find("[0-9]+") + "a1b22".findAll("[0-9]+")[1]', '122'],
    ['isURL("https://a.example.com:80/x") && !isURL("a b") ? url("https://a.example.com:80/x").getPort() : ""', '80'],
    ['isIP("::1") && isCIDR("10.0.0.0/8") && !isCIDR("10.0.0.0/33")', true],
    [`size("${'('.repeat(100)}") + size('${'['.repeat(100)}')`, 200],
    [`${'['.repeat(64)}1${']'.repeat(64)}`.concat('[0]'.repeat(64)), 1],
  ]
  for (const [text, value] of values) test(text, () => assert.deepEqual(answer(text), value))
})

test('a real number is one even when it is whole', () => {
  const { evaluate } = compile('cores + 0.5', ['cores'])
  assert.equal(evaluate({ cores: new Real(2) }), 2.5)
  assert.throws(() => evaluate({ cores: 2 }), /found no matching overload/)
})

test('a text is what is said of it', () => {
  const reading: Reading = {
    field: (name) =>
      (({ at: { as: 'timestamp' }, for: { as: 'duration' }, key: { as: 'bytes' }, much: { as: 'double' } }) as const)[
        name
      ],
  }
  const self = new Read(
    { at: '2026-01-02T03:04:05Z', for: '1h30m', key: 'aGk=', much: 1, 'a-b': 2, namespace: 'x' },
    reading,
  )
  const said = (text: string) => compile(text, ['self']).evaluate({ self })
  assert.equal(said('self.at.getFullYear()'), 2026)
  assert.equal(said('self.__for__ == duration("90m")'), true)
  assert.equal(said('self.key == b"hi"'), true)
  assert.equal(said('self.much + 0.5'), 1.5)
  assert.equal(said('self.a__dash__b + size(self.__namespace__)'), 3)
})

describe('what is known of a value beforehand', () => {
  const spec: Shape = {
    type: 'map',
    field: (name) =>
      name === 'n'
        ? { type: 'int' }
        : name === 'list'
          ? { type: 'list', each: { type: 'map', field: () => undefined } }
          : undefined,
  }
  const cases: readonly [string, string | RegExp][] = [
    ['self.n > 1', 'bool'],
    ['self.n', 'int'],
    ['has(self.n)', 'bool'],
    ['self.list.all(x, x != null)', 'bool'],
    ['self.list.map(x, x)', 'unknown'],
    ['true ? "a" : "b"', 'string'],
    ['self.m > 1', /^line 1, column \d+: undefined field 'm'$/],
    ['has(self.m)', /undefined field 'm'$/],
    ['self.list.exists(x, x.y)', /undefined field 'y'$/],
    ['self.list[0].y == 1', /undefined field 'y'$/],
    ['self.n >', /expecting/],
    ['other.n', /there is no variable other/],
  ]
  for (const [text, known] of cases)
    test(text, () => {
      if (typeof known === 'string') assert.equal(inferred(text, { self: spec }).type, known)
      else
        assert.throws(
          () => inferred(text, { self: spec }),
          (error) => error instanceof Error && known.test(error.message),
        )
    })
})

test('an expression is evaluated while another one is', () => {
  const inner = compile('object.a + 1', ['object'])
  const variables = {
    get b() {
      return inner.hold({ object: { a: 1 } })
    },
  }
  assert.equal(compile('variables.b * 2', ['variables']).evaluate({ variables }), 4)
})

test('what looks through lists and texts pays for it', () => {
  for (const text of [
    'object.list.all(x, sets.contains(object.list, object.list))',
    'object.list.all(x, object.list.indexOf(x) >= 0)',
    'object.list.all(x, object.long.find("a{1,9}") != "")',
  ])
    assert.throws(() => compile(text, variables).evaluate(given), /too many steps/, text)
})

test('the limits of an expression are who compiles it to say', () => {
  const many = 'object.list.all(x, x >= 0)'
  assert.throws(() => compile(many, variables, { steps: 100 }).evaluate(given), /too many steps/)
  assert.equal(compile(`"${'a'.repeat(5000)}" != ""`, [], { longest: 10_000 }).evaluate({}), true)
})

describe('an expression that is none', () => {
  const problems: readonly [string, RegExp][] = [
    ['object.spec.', /line 1, column 12: found \. but expecting end of input$/],
    ['1 +\n  2 2', /line 2, column 5: found 2 but expecting/],
    ['', /line 1, column 1: found end of input/],
    ['objct.spec', /line 1, column 1: there is no variable objct; there are cluster, object$/],
    ['object.list.map(x, x + y)', /column 24: there is no variable y/],
    ['object.list.map(x, x) + x', /column 25: there is no variable x/],
    ['shout(object)', /there is no function shout$/],
    ['object.spec.shout()', /there is no function shout$/],
    ['size(1, 2)', /size does not take 2 arguments here$/],
    ['"a".replace("b")', /replace does not take 1 arguments as a method$/],
    ['strings.shout("a")', /there is no function shout$/],
    ['object.?spec.', /expecting/],
    ['google.protobuf.Int32Value{value: 1}', /there is no type google\.protobuf\.Int32Value$/],
    [`"${'a'.repeat(5000)}"`, /^must not be longer than 4096 characters$/],
    ['('.repeat(4000), /^must not nest more than 64 brackets$/],
    [`${'['.repeat(65)}${']'.repeat(65)}`, /^must not nest more than 64 brackets$/],
    ['!'.repeat(4000), /found end of input|nested too deeply/],
  ]
  for (const [text, problem] of problems)
    test(text.slice(0, 50), () => {
      assert.match(expression(variables)(text) ?? '', problem)
      assert.throws(
        () => compile(text, variables),
        (error) => error instanceof FlotillaError && error.code === 'EXPRESSION_INVALID' && !error.retry,
      )
    })
  test('is told from a good one', () => assert.equal(expression(variables)('cluster.metadata.name'), undefined))
  test('may be good where there are other variables', () => {
    assert.match(
      expression(['object'])('cluster.metadata.name') ?? '',
      /there is no variable cluster; there are object/,
    )
    assert.equal(compile('cluster', ['cluster']).evaluate({ cluster: 1 }), 1)
  })
})

describe('an expression without a value', () => {
  const doubled = (text: string, times: number): string =>
    times === 0 ? text : doubled(`[${text}].map(x, x + x)[0]`, times - 1)
  const nested = (text: string, times: number): string =>
    times === 0 ? text : nested(`[${text}].map(x, [x, x])[0]`, times - 1)
  const failures: readonly [string, RegExp][] = [
    ['object.spec.nothing', /field not found: nothing/],
    ['object.spec.ports[5]', /index 5 out of bounds/],
    ['object.spec.replicas + "x"', /line 1, column 22: found no matching overload/],
    ['object.spec.replicas * 1.5', /found no matching overload/],
    ['object.spec.replicas / 0', /divide by zero/],
    ['scaled("many", 2)', /"many" is not a quantity/],
    ['scaled("1", -1)', /scaled needs a number that is not negative/],
    ['scaled(object, 1)', /scaled needs a quantity/],
    ['semver("latest")', /"latest" is not a version, such as "v1.29.3"/],
    ['semver("1.2.3") < semver("1.3.0")', /found no matching overload/],
    ['[1].isLessThan([2])', /a version is compared with a version/],
    ['quantity("much")', /"much" is not a quantity/],
    ['9223372036854775807 + 1', /int overflow/],
    ['9007199254740993', /9007199254740993 has more digits than a JSON number keeps/],
    ['1.0 / 0.0', /Infinity is no JSON number/],
    ['type(1)', /a type is no value/],
    ['int("x")', /./],
    ['"a".matches("[")', /error parsing regexp: missing closing ]: `\[`/],
    ['"a".find("(?=a)")', /error parsing regexp: invalid or unsupported Perl syntax: `\(\?=`/],
    ['object.list.all(x, object.long.matches("^(a{1000})?"))', /too many steps/],
    ['object.list.map(x, object.list.map(y, x * y))', /too many steps/],
    ['object.list.all(x, object.many == object.many)', /too many steps/],
    ['(object.long + object.long + object.long).matches("^(((a+)+)+)+$")', /too many steps/],
    ['object.list.all(x, object.list.exists(y, true))', /too many steps/],
    ['object.list.all(x, object.long == object.long)', /too many steps/],
    ['object.list.all(x, object == object)', /too many steps/],
    ['object.list.all(x, !object.long.matches("b+$"))', /too many steps/],
    [doubled('"aaaaaaaaaa"', 40), /too many steps|too long/],
    [doubled('[1, 2, 3, 4]', 40), /too many steps/],
    [nested('1', 40), /too many steps/],
    [`"a"${'.replace("a", "aaaaaaaaaa")'.repeat(12)}`, /too many steps|too long/],
    ['object.long.replace("a", object.long)', /replace makes too long a text/],
  ]
  for (const [text, reason] of failures)
    test(text.slice(0, 60), () =>
      assert.throws(
        () => answer(text),
        (error) =>
          error instanceof FlotillaError &&
          error.code === 'EXPRESSION_FAILED' &&
          !error.retry &&
          reason.test(error.message),
      ),
    )
})

test('is compiled once', () => {
  const text = 'object.spec.replicas + 41'
  assert.equal(compile(text, variables), compile(text, variables))
  assert.notEqual(compile(text, variables), compile(text, [...variables, 'value']))
})

test('is forgotten when a thousand others were used since', () => {
  const first = compile('1 + 1', variables)
  for (let index = 0; index < 999; index++) compile(`${index} + 2`, variables)
  assert.equal(compile('1 + 1', variables), first)
  for (let index = 0; index < 1000; index++) compile(`${index} + 3`, variables)
  assert.notEqual(compile('1 + 1', variables), first)
})

test('sees an object that is not frozen as it is now', () => {
  const object = { count: 1 }
  const count = compile('object.count', ['object'])
  assert.equal(count.evaluate({ object }), 1)
  object.count = 2
  assert.equal(count.evaluate({ object }), 2)
})

describe('what an expression may cost', () => {
  const self: Shape = {
    type: 'map',
    field: (name) =>
      name === 'short'
        ? { type: 'list', most: 10, each: { type: 'string', most: 100 } }
        : name === 'text'
          ? { type: 'string', most: 1000 }
          : undefined,
  }
  const costs: readonly [string, number][] = [
    ['self.text == "x"', 2.1],
    ['self.text == self.text', 104],
    ['self.text.matches("abcd")', 102.1],
    ['self.short.all(x, x == self.text)', 163],
    ['self.short.map(x, x).size()', 144],
    ['self.unknown == "x"', 2],
  ]
  for (const [text, cost] of costs)
    test(`${text}: ${cost}`, () => assert.equal(Math.round(costOf(text, { self }) * 10) / 10, cost))
})
