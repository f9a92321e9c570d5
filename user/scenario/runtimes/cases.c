// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/runtimes/cases.h"

static const char python[] =
	"import os, subprocess, sys, time\n"
	"mode = os.environ['SCENARIO_MODE']\n"
	"heap = bytearray(b'x') * (int(os.environ['SCENARIO_MIB']) << 20)\n"
	"more = {'close_fds': {'close_fds': False},\n"
	"        'preexec_fn': {'preexec_fn': lambda: None}}.get(mode, {})\n"
	"if mode == '_USE_VFORK':\n"
	"    subprocess._USE_VFORK = False\n"
	"print('heap', flush=True)\n"
	"sys.stdin.readline()\n"
	"for _ in range(int(os.environ['SCENARIO_CALLS'])):\n"
	"    begin = time.monotonic_ns()\n"
	"    child = subprocess.Popen([os.environ['SCENARIO_TRUE']], **more)\n"
	"    returned = time.monotonic_ns()\n"
	"    child.wait()\n"
	"    print(returned - begin, time.monotonic_ns() - begin, flush=True)\n";

static const char node[] =
	"const {spawn} = require('child_process'), fs = require('fs');\n"
	"const mib = +process.env.SCENARIO_MIB, heap = [], now = process.hrtime.bigint;\n"
	"for (let i = 0; i < mib; i += 64) heap.push(Buffer.alloc(Math.min(64, mib - i) << 20, "
	"1));\n"
	"const say = s => fs.writeSync(1, s + '\\n');\n"
	"say('heap');\n"
	"fs.readSync(0, Buffer.alloc(1));\n"
	"let left = +process.env.SCENARIO_CALLS;\n"
	"(function next() {\n"
	"  if (!left--) return heap.length;\n"
	"  const begin = now();\n"
	"  const child = spawn(process.env.SCENARIO_TRUE, {stdio: 'ignore'});\n"
	"  const returned = now();\n"
	"  child.on('exit', () => {\n"
	"    say((returned - begin) + ' ' + (now() - begin));\n"
	"    next();\n"
	"  });\n"
	"})();\n";

static const char java[] =
	"public class Spawn {\n"
	"  static byte[][] heap;\n"
	"  static void say(String s) { System.out.println(s); System.out.flush(); }\n"
	"  public static void main(String[] args) throws Exception {\n"
	"    int mib = Integer.parseInt(System.getenv(\"SCENARIO_MIB\"));\n"
	"    int calls = Integer.parseInt(System.getenv(\"SCENARIO_CALLS\"));\n"
	"    heap = new byte[(mib + 3) / 4][];\n"
	"    for (int i = 0; i < heap.length; i++)\n"
	"      heap[i] = new byte[Math.min(4, mib - 4 * i) << 20];\n"
	"    say(\"heap\");\n"
	"    System.in.read();\n"
	"    for (int i = 0; i < calls; i++) {\n"
	"      long begin = System.nanoTime();\n"
	"      Process child = new ProcessBuilder(System.getenv(\"SCENARIO_TRUE\")).start();\n"
	"      long returned = System.nanoTime();\n"
	"      child.waitFor();\n"
	"      say((returned - begin) + \" \" + (System.nanoTime() - begin));\n"
	"    }\n"
	"  }\n"
	"}\n";

static const char go[] =
	"package main\n"
	"import (\"bufio\"; \"fmt\"; \"os\"; \"os/exec\"; \"strconv\"; \"time\")\n"
	"var heap []byte\n"
	"func main() {\n"
	"  mib, _ := strconv.Atoi(os.Getenv(\"SCENARIO_MIB\"))\n"
	"  calls, _ := strconv.Atoi(os.Getenv(\"SCENARIO_CALLS\"))\n"
	"  heap = make([]byte, mib << 20)\n"
	"  for i := 0; i < len(heap); i += 4096 { heap[i] = 1 }\n"
	"  fmt.Println(\"heap\")\n"
	"  bufio.NewReader(os.Stdin).ReadString('\\n')\n"
	"  for i := 0; i < calls; i++ {\n"
	"    child := exec.Command(os.Getenv(\"SCENARIO_TRUE\"))\n"
	"    begin := time.Now()\n"
	"    if child.Start() != nil { os.Exit(1) }\n"
	"    returned := time.Since(begin)\n"
	"    if child.Wait() != nil { os.Exit(1) }\n"
	"    fmt.Println(returned.Nanoseconds(), time.Since(begin).Nanoseconds())\n"
	"  }\n"
	"}\n";

static const char ruby[] =
	"heap = 'x' * (ENV['SCENARIO_MIB'].to_i << 20)\n"
	"def now; Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond); end\n"
	"path = ENV['SCENARIO_TRUE']\n"
	"STDOUT.sync = true\n"
	"puts 'heap'\n"
	"STDIN.gets\n"
	"ENV['SCENARIO_CALLS'].to_i.times do\n"
	"  start = now\n"
	"  child = ENV['SCENARIO_MODE'] == 'fork' ? fork { exec path } : Process.spawn(path)\n"
	"  returned = now\n"
	"  Process.wait child\n"
	"  puts \"#{returned - start} #{now - start}\"\n"
	"end\n";

static const char perl[] =
	"use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);\n"
	"$| = 1;\n"
	"my $heap = 'x' x ($ENV{SCENARIO_MIB} << 20);\n"
	"print \"heap\\n\";\n"
	"<STDIN>;\n"
	"for (1 .. $ENV{SCENARIO_CALLS}) {\n"
	"  my $begin = clock_gettime(CLOCK_MONOTONIC);\n"
	"  system { $ENV{SCENARIO_TRUE} } 'true';\n"
	"  printf \"- %.0f\\n\", 1e9 * (clock_gettime(CLOCK_MONOTONIC) - $begin);\n"
	"}\n";

static const char php[] = "$heap = str_repeat('x', (int)getenv('SCENARIO_MIB') << 20);\n"
			  "echo \"heap\\n\";\n"
			  "fgets(STDIN);\n"
			  "for ($i = 0; $i < (int)getenv('SCENARIO_CALLS'); $i++) {\n"
			  "  $begin = hrtime(true);\n"
			  "  $child = proc_open([getenv('SCENARIO_TRUE')], [], $pipes);\n"
			  "  $returned = hrtime(true);\n"
			  "  proc_close($child);\n"
			  "  echo $returned - $begin, ' ', hrtime(true) - $begin, \"\\n\";\n"
			  "}\n";

static const char bash[] =
	"[[ -n $EPOCHREALTIME ]] || exit 3\n"
	"for ((i = 0; i < SCENARIO_MIB; i += 4)); do\n"
	"  printf -v \"heap$i\" '%*s' $(((SCENARIO_MIB - i < 4 ? SCENARIO_MIB - i : 4) << 20)) ''\n"
	"done\n"
	"echo heap\n"
	"read -r line\n"
	"for ((i = 0; i < SCENARIO_CALLS; i++)); do\n"
	"  begin=${EPOCHREALTIME/[.,]/}\n"
	"  \"$SCENARIO_TRUE\"\n"
	"  end=${EPOCHREALTIME/[.,]/}\n"
	"  echo \"- $(((end - begin) * 1000))\"\n"
	"done\n";

/* Its length is counted by characters of 1 byte: LC_ALL=C. */
#define DASH(call)                                                                                 \
	"LC_ALL=C c=x i=0\n"                                                                       \
	"while [ ${#c} -lt 1048576 ]; do c=$c$c; done\n"                                           \
	"while [ $i -lt $SCENARIO_MIB ]; do eval \"heap$i=\\$c\"; i=$((i + 1)); done\n"            \
	"echo heap\n"                                                                              \
	"read -r line\n"                                                                           \
	"i=0\n"                                                                                    \
	"while [ $i -lt $SCENARIO_CALLS ]; do echo begin; read -r line; " call "; "                \
	"echo end; i=$((i + 1)); done\n"

static const char dash[] = DASH("\"$SCENARIO_TRUE\"");
static const char dash_substitution[] = DASH("x=$(\"$SCENARIO_TRUE\")");

/* They use nothing of the caller's folder and variables, and leave no file. */
#define PYTHON "-I", "-B", "-c", "SCRIPT"
#define JAVA   "-XX:-UsePerfData", "--class-path=/", "--source", "11", "FILE"

const struct runtime_case runtime_cases[] = {
	{"python3", "default", {PYTHON}, python, NULL},
	{"python3", "close_fds=False", {PYTHON}, python, "close_fds"},
	{"python3", "preexec_fn", {PYTHON}, python, "preexec_fn"},
	{"python3", "_USE_VFORK=False", {PYTHON}, python, "_USE_VFORK"},
	{"node", "default", {"-e", "SCRIPT"}, node, NULL},
	{"java", "default", {"-Xmx@m", JAVA}, java, NULL},
	{"java",
	 "mechanism=VFORK",
	 {"-Xmx@m", "-Djdk.lang.Process.launchMechanism=VFORK", JAVA},
	 java,
	 NULL},
	{"java",
	 "mechanism=FORK",
	 {"-Xmx@m", "-Djdk.lang.Process.launchMechanism=FORK", JAVA},
	 java,
	 NULL},
	{"go", "default", {NULL}, go, NULL},
	{"ruby", "default", {"-e", "SCRIPT"}, ruby, NULL},
	{"ruby", "fork{exec}", {"-e", "SCRIPT"}, ruby, "fork"},
	{"perl", "default", {"-e", "SCRIPT"}, perl, NULL},
	{"php", "default", {"-d", "memory_limit=-1", "-r", "SCRIPT"}, php, NULL},
	{"bash", "default", {"-c", "SCRIPT"}, bash, NULL},
	{"dash", "default", {"-c", "SCRIPT"}, dash, NULL},
	{"dash", "x=$(...)", {"-c", "SCRIPT"}, dash_substitution, NULL},
};

const size_t runtime_case_count = sizeof(runtime_cases) / sizeof(runtime_cases[0]);
