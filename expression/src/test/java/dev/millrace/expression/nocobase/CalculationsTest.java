package dev.millrace.expression.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.expression.JsonText;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalculationsTest {
  private final Calculations calculations = new Calculations(new NocoBaseTemplates());
  private final ExpressionScope scope =
      Scopes.ofContext(
          """
          {"data":{"x":16,"s":"abc","z":null,"l":[1,2,3],"d":"2026-11-21T09:45:55.000Z",
           "tags":[{"n":"a","v":1},{"n":"b","v":2}]}}
          """);

  private void check(String engine, String expression, String expected) {
    Outcome outcome = calculations.evaluate(engine, expression, scope);
    Outcome wanted =
        expected.matches("\\w*Error: .*")
            ? new Outcome.Failed(expected)
            : new Outcome.Value(JsonText.read(expected));
    assertThat(outcome).as("%s of %s", engine, expression).isEqualTo(wanted);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1 + {{$context.data.x}} | 17",
        "0.1+0.2 | 0.3",
        "{{$context.data.x}}/3 | 5.333333333",
        "1/0 | null",
        "0/0 | null",
        "1+ | SyntaxError: Unexpected end of expression (char 3)",
        "x | Error: Undefined symbol x",
        "f(1) | Error: Undefined function f",
        "\"x{{$context.data.x}}\" | \"x$$0\"",
        "bignumber(2) | {\"mathjs\":\"BigNumber\",\"value\":\"2\"}",
        "{{$context.data.none}} == null | true",
        "{{$context.data.s}} == \"abc\" | Error: Cannot convert \"abc\" to a number",
        "equalText({{$context.data.s}}, \"abc\") | true",
        "[1,2;3,4] | [[1,2],[3,4]]",
        "2^3^2 | 512",
        "-2^2 | -4",
        "2 pi | 6.283185307",
        "2(3+4) | 14",
        "(1+2)(3) | 9",
        "5! | 120",
        "7 mod 4 | 3",
        "-7 % 4 | 1",
        "10% | 0.1",
        "8+10% | 8.8",
        "concat([1,2;3,4],[5;6]) | [[1,2,5],[3,4,6]]",
        "deepEqual([1],1) | false",
        "[1,2]/[3,4] | TypeError: a matrix cannot be a divisor here; use dotDivide",
        "6/2(1+2) | 9",
        "1/2 pi | 1.570796327",
        "mod(5,2) + (and(1,0) ? 1 : 0) | 1",
        "range(1,3) | [1,2,3]",
        "[1,2;3,4]^2 | [[7,10],[15,22]]",
        "[1,2;3,4][:,1] | [[1],[3]]",
        "format([1,2]) | \"[1, 2]\"",
        "sum([]) | 0",
        "sum([1,2;3,4], 1) | [4,6]",
        "mean([1,2;3,4], 2) | [1.5,3.5]",
        "max([1,5,3], 1) | 5",
        "sum([1,2], 2) | Error: Index out of range (2 > 1)",
        "row([1,2;3,4], 2) | [[3,4]]",
        "column([1,2;3,4], 2) | [[2],[4]]",
        "[10,20,30][end] | 30",
        "[10,20,30][2:end] | [20,30]",
        "[10,20,30][end - 1] | 20",
        "typeOf([1]) | \"Matrix\"",
        "1:4 | [1,2,3,4]",
        "0:2:6 | [0,2,4,6]",
        "[10,20,30][2] | 20",
        "[10,20,30][2:3] | [20,30]",
        "{a: 1, \"b\": 2}.b | 2",
        "true and not false | true",
        "1 < 2 < 3 | true",
        "3 > 2 ? \"yes\" : \"no\" | \"yes\"",
        "1 > 2 or 1 xor 0 | true",
        "a = 3; a * 2 | {\"mathjs\":\"ResultSet\",\"entries\":[6]}",
        "map([1,2,3], {{$context.data.x}}) | TypeError: 16 is not a function",
        "sum({{$context.data.l}}) | 6",
        "mean(1,2,3,4) | 2.5",
        "median([3,1,2]) | 2",
        "std(2,4,6) | 2",
        "variance([1,2,3,4]) | 1.666666667",
        "max([1,5,3]) | 5",
        "round(2.345, 2) | 2.35",
        "floor(-2.5) + ceil(2.1) | 0",
        "sqrt(16) + abs(-3) | 7",
        "concat(\"a\", {{$context.data.s}}) | \"aabc\"",
        "[1,2] + [3,4] | [4,6]",
        "[1,2] * [3,4] | 11",
        "[1,2;3,4] * [5;6] | [[17],[39]]",
        "det([1,2;3,4]) | -2",
        "transpose([1,2;3,4]) | [[1,3],[2,4]]",
        "[1,2]' | [1,2]",
        "size([1,2;3,4]) | [2,2]",
        "sum({{$context.data.tags.v}}) | 3",
        "{{$context.data.z}} + 1 | TypeError: Unexpected type of argument in function add (expected:"
            + " number or string or boolean, actual: null, index: 0)",
        "\"3\" + 2 | 5",
        "0xff | 255",
        "1e3 | 1000",
        "combinations(5,2) | 10",
        "gcd(12, 18) + lcm(4,6) | 18",
        "5 & 3 | 1",
        "1 << 4 | 16",
        "isPrime(7) | true",
        "constructor | Error: Undefined symbol constructor",
        "{a:1}.__proto__ | null",
        ") | SyntaxError: Value expected (char 1)",
        "(1 | SyntaxError: Parenthesis ) expected (char 3)",
        "2 3 | SyntaxError: Unexpected part \"3\" (char 3)",
        "1,2 | SyntaxError: Unexpected operator , (char 2)",
        "f(x) = f(x + 1) | null",
      })
  void shouldCalculateAsMathJs(String expression, String expected) {
    check("math.js", expression, expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1 + {{$context.data.x}} | 17",
        "{{$context.data.s}} === 'abc' | true",
        "IF({{$context.data.x}} > 10, 'big', 'small') | \"big\"",
        "SUM({{$context.data.l}}) | 6",
        "CONCATENATE('a', {{$context.data.s}}) | \"aabc\"",
        "ROUND(2.345, 2) | 2.35",
        "ROUND(-2.5) | -2",
        "MOD(7,-3) | -1",
        "BASE(255,16) | \"ff\"",
        "TRANSPOSE([1,2]) | [[1],[2]]",
        "DATEVALUE('2026-01-31') | \"2026-01-31T00:00:00.000Z\"",
        "ATAN2(5,2) | 1.19028995",
        "PRODUCT('5', 2) | 10",
        "AND('abc') | \"#VALUE!\"",
        "XOR(1,1,1) | true",
        "YEAR('44000') | 2020",
        "new Date('2026-02-30') | \"2026-03-02T00:00:00.000Z\"",
        "DATE(2026,1,2) | \"2026-01-02T00:00:00.000Z\"",
        "DATE(24,1,2) | \"1924-01-02T00:00:00.000Z\"",
        "PROPER('anna o-neil, (bob)') | \"Anna O-neil, (Bob)\"",
        "[1,2].map(x=>x*2) | [2,4]",
        "({a:1}) | {\"a\":1}",
        "'a' & 'b' | 0",
        "AND(TRUE,FALSE) | true",
        "AND(TRUE(),FALSE()) | false",
        "NOPE(1) | TypeError: NOPE is not a function",
        "process | null",
        "process.env | TypeError: Cannot read properties of undefined (reading 'env')",
        "'x{{$context.data.x}}' | \"x$$0\"",
        "1/3 | 0.333333333",
        "1/0 | null",
        "0.1+0.2 | 0.3",
        "'5' * 2 | 10",
        "'5' + 2 | \"52\"",
        "[1,2,3].filter(x => x > 1).reduce((a, b) => a + b, 0) | 5",
        "{{$context.data.tags}}.find(t => t.n === 'b').v | 2",
        "{{$context.data.none}} ?? 'd' | \"d\"",
        "{{$context.data.none}}?.a.b | null",
        "typeof 1 | \"number\"",
        "'a,b'.split(',').join('-').toUpperCase() | \"A-B\"",
        "'abc'.replace(/b/g, 'x') | \"axc\"",
        "new Date('2026-01-02').getFullYear() | 2026",
        "Math.max(1, 5, 3) + Math.round(2.5) | 8",
        "JSON.stringify({a:[1,null]}) | \"{\\\"a\\\":[1,null]}\"",
        "Object.keys({a:1,b:2}) | [\"a\",\"b\"]",
        "(function(x){ const y = x * 2; return y + 1 })(3) | 7",
        "((a, ...b) => b)(1, 2, 3) | [2,3]",
        "[...[1,2], 3] | [1,2,3]",
        "({a, b}) => a | null",
        "[{a:1}].map(({a}) => a) | [1]",
        "2 ** 3 ** 2 | 512",
        "7 % 3 | 1",
        "5 > 3 && 'y' | \"y\"",
        "1 == '1' | true",
        "null == undefined | true",
        "NaN == NaN | false",
        "(12.345).toFixed(1) | \"12.3\"",
        "1e21 + '' | \"1e+21\"",
        "0.000001 + '' | \"0.000001\"",
        "1e-7 + '' | \"1e-7\"",
        "constructor | null",
        "({}).constructor | null",
        "''.__proto__ | null",
        "[].constructor.constructor | TypeError: Cannot read properties of undefined (reading"
            + " 'constructor')",
        "1 + | SyntaxError: Unexpected end of input",
        "1 2 | SyntaxError: Unexpected number",
        "(f => f(f))(f => f(f)) | RangeError: Maximum call stack size exceeded",
        "VLOOKUP('b', [['a',1],['b',2]], 2, false) | 2",
        "INDEX([[1,2],[3,4]], 2, 1) | 3",
        "MATCH(3, [1,3,5], 0) | 2",
        "1/0 > 5 | true",
        "SQRT(-1) | \"#NUM!\"",
        "IFERROR(VALUE('x'), 0) | 0",
        "SUMIF([1,5,10], '>4') | 15",
        "COUNTIF(['apple','pear','apricot'], 'ap*') | 2",
        "AVERAGE(1,2,3,4) | 2.5",
        "MEDIAN(3,1,2) | 2",
        "STDEV.P(2,4) | 1",
        "MOD(-3, 2) | 1",
        "TEXT(1234.5, '#,##0.00') | \"1,234.50\"",
        "LEFT('abc', 2) & 1 | 0",
        "PROPER('john smith') | \"John Smith\"",
        "SUBSTITUTE('aXbXc', 'X', '-') | \"a-b-c\"",
        "DAYS(DATE(2026,3,1), DATE(2026,2,1)) | 28",
        "EOMONTH(DATE(2026,2,10), 0) | \"2026-02-28T00:00:00.000Z\"",
        "NETWORKDAYS(DATE(2026,11,16), DATE(2026,11,22)) | 5",
        "WEEKDAY(DATE(2026,11,21)) | 7",
        "YEAR({{$context.data.d}}) | 2026",
        "NOW() | \"2026-11-21T09:45:55.000Z\"",
        "TODAY() | \"2026-11-21T00:00:00.000Z\"",
        "PMT(0.1/12, 12, 1000) | -87.91588723",
        "UNIQUE(1,2,2,3) | [1,2,3]",
        "IFS(false, 1, true, 2) | 2",
        "SWITCH(2, 1, 'a', 2, 'b') | \"b\"",
        "FACT(5) + COMBIN(5,2) | 130",
        "GCD(12, 18) | 6",
        "CEILING(2.1, 0.5) | 2.5",
        "DATEDIF('2024-01-15', '2026-11-21', 'Y') | 2",
      })
  void shouldCalculateAsFormulaJs(String expression, String expected) {
    check("formula.js", expression, expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a{{$context.data.x}}b | \"a16b\"",
        "{{$context.data.x}} | \"16\"",
        "[{{$context.data.none}}{{$context.data.z}}] | \"[]\"",
        "{{$context.data.l}} | \"1,2,3\"",
        "{{$system.now}} | \"Sat Nov 21 2026 09:45:55 GMT+0000 (Coordinated Universal Time)\"",
      })
  void shouldPutTextIntoText(String expression, String expected) {
    check("string", expression, expected);
  }

  @Test
  void shouldCalculateWithTemplatesAndAlternatives() {
    check("formula.js", "`v${1 + 1}-${`${'x'}`}`", "\"v2-x\"");
    check("formula.js", "0 || 'n'", "\"n\"");
    check("math.js", "5 | 2", "7");
  }

  @Test
  void shouldGiveNullForNoExpressionAndUnknownEngines() {
    check("math.js", "", "null");
    check("nosuch", "1+1", "null");
    assertThat(calculations.evaluate(null, "1+1", scope)).isEqualTo(new Outcome.Value(2L));
    assertThat(calculations.evaluate("formula.js", null, scope)).isEqualTo(new Outcome.Value(null));
  }

  @Test
  void shouldTestConditions() {
    assertThat(calculations.condition(Map.of(), scope)).isEqualTo(new Outcome.Value(true));
    assertThat(
            calculations.condition(
                Map.of("engine", "math.js", "expression", "{{$context.data.x}} > 3"), scope))
        .isEqualTo(new Outcome.Value(true));
    assertThat(
            calculations.condition(
                Map.of(
                    "engine",
                    "basic",
                    "calculation",
                    Map.of("calculator", "lt", "operands", java.util.List.of(1L, 0L))),
                scope))
        .isEqualTo(new Outcome.Value(false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "IPMT(0.1/12,1,36,8000) | -66.666666667",
        "PPMT(0.1/12,1,24,2000) | -75.623186008",
        "RATE(24,-250,5000) | 0.015130844",
        "CUMIPMT(0.1/12,360,100000,1,12,0) | -9974.980264802",
        "CUMPRINC(0.1/12,360,100000,1,12,0) | -555.878576263",
        "IRR([-100,30,40,50]) | 0.088963395",
        "MIRR([-100,30,40,60],0.1,0.12) | 0.125129532",
        "XNPV(0.09,[-10000,2750,4250],['2008-01-01','2008-03-01','2008-10-30']) | -3332.103691903",
        "EFFECT(0.05,4) | 0.050945337",
        "NOMINAL(0.0535,4) | 0.052458969",
        "DB(1000000,100000,6,1,7) | 186083.333333333",
        "DDB(2400,300,10,1,2) | 480",
        "SYD(30000,7500,10,1) | 4090.909090909",
        "RRI(96,10000,11000) | 0.000993307",
        "PDURATION(0.025,2000,2200) | 3.859866163",
        "PERMUT(5,2) | 20",
        "PERMUTATIONA(3,2) | 9",
        "COMBINA(4,3) | 20",
        "SKEW([3,4,5,2,3,4,5,6,4,7]) | 0.359543071",
        "KURT([3,4,5,2,3,4,5,6,4,7]) | -0.151799637",
        "PEARSON([9,7,5,3,1],[10,6,1,5,3]) | 0.699378606",
        "RSQ([2,3,9,1,8,7,5],[6,5,11,7,5,4,4]) | 0.057950192",
        "STEYX([2,3,9,1,8,7,5],[6,5,11,7,5,4,4]) | 3.30571895",
        "FORECAST(30,[6,7,9,15,21],[20,28,31,38,40]) | 10.607253086",
        "COVARIANCEP([3,2,4,5,6],[9,7,12,15,17]) | 5.2",
        "STANDARDIZE(42,40,1.5) | 1.333333333",
        "SUMX2MY2([2,3],[6,5]) | -48",
        "SUMXMY2([2,3],[6,5]) | 20",
        "BIN2DEC('1111111111') | -1",
        "BIN2HEX('11111011',4) | \"00fb\"",
        "DEC2BIN(-100) | \"1110011100\"",
        "DEC2HEX(100,4) | \"0064\"",
        "DEC2HEX(-54) | \"ffffffffca\"",
        "HEX2DEC('FFFFFFFF5B') | -165",
        "OCT2BIN('3',3) | \"011\"",
        "HEX2DEC('xyz') | \"#NUM!\"",
        "BITAND(13,25) | 9",
        "BITXOR(5,3) | 6",
        "BITLSHIFT(4,2) | 16",
        "BITRSHIFT(13,2) | 3",
        "DELTA(5,5) | 1",
        "GESTEP(5,4) | 1",
        "ROMAN(499) | \"CDXCIX\"",
        "ARABIC('LVII') | 57",
        "SEC(1) | 1.850815718",
        "COTH(2) | 1.037314721",
        "FISHER(0.75) | 0.972955075",
        "PERCENTILEINC([1,2,3,4],0.3) | 1.9",
        "RANKEQ(7,[7,3,5]) | 1",
        "MODESNGL([5.6,4,4,3,2,4]) | 4",
      })
  void shouldGiveWhatSpreadsheetsGive(String expression, String expected) {
    check("formula.js", expression, expected);
  }
}
