// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The lab's first process: sets the guest up, runs one command, sends its results,
 * and turns the machine off.
 *
 * The command is /etc/lab/command; each argument ends in NUL. It runs in /lab, and
 * its output goes to two files, so that it never waits for a serial line. The guest
 * sends through one serial port each:
 *
 *   ttyS1  the command's standard output
 *   ttyS2  its standard error
 *   ttyS3  "exit N\n", or "limit\n" if the guest's time limit ended the command;
 *          then a tar archive of /lab/out, unless it is empty; then "lab end\n",
 *          without which the results are incomplete
 *
 * Settings on the kernel's command line (because of the dot, the kernel does not
 * pass them on as arguments or environment):
 *
 *   lab.live         send output while the command runs, not only at the end. The
 *                    wake-ups would disturb a measured command
 *   lab.settle=SEC   start the command SEC seconds after boot
 *   lab.limit=SEC    kill the command after SEC seconds of guest time
 *   lab.files=qemu   the initramfs has nothing but this program: QEMU has the other
 *                    files. The machine can be saved before they are read, and be used
 *                    many times
 *
 * The command itself can read lab.clock=icount (a nanosecond is an instruction), lab.rule=NAME
 * (how they are counted) and lab.qemu=VERSION.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <net/if.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "files.h"

#define COMMAND_FILE "/etc/lab/command"
#define APPLETS_FILE "/etc/lab/applets"
#define OUT_DIR	     "/lab/out"
#define RTC_FILE     "/sys/class/rtc/rtc0/since_epoch"
#define LIVE_POLL_NS (20 * 1000 * 1000)
#define LIVE_WAIT_S  2 /* until the kernel's start is over: see settle() */

/* One output of the command, and how much of it was sent. */
struct output {
	const char *path;
	const char *port;
	int file;
	int tty;
	off_t sent;
};

struct settings {
	bool live;
	bool icount;
	bool files; /* QEMU has them */
	long settle_s;
	long limit_s; /* 0: none */
};

/* Without the end mark, `boot` prints the console, and with it this message. */
static _Noreturn void die(const char *what)
{
	fprintf(stderr, "lab: %s: %s\n", what, strerror(errno));
	if (getpid() == 1)
		reboot(RB_POWER_OFF);
	_exit(126);
}

static void make_dir(const char *path)
{
	if (mkdir(path, 0755) && errno != EEXIST)
		die(path);
}

/* Whether the image has files there, such as libraries of a program that was built in /tmp. */
static bool has_files(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	bool found = false;

	while (folder && (entry = readdir(folder)))
		found |= strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	if (folder)
		closedir(folder);
	return found;
}

static void mount_system(void)
{
	static const struct {
		const char *type, *target, *options;
		bool optional;
	} mounts[] = {
		{"proc", "/proc", NULL, false},
		{"sysfs", "/sys", NULL, false},
		{"devtmpfs", "/dev", NULL, false},
		{"devpts", "/dev/pts", NULL, true},
		{"tmpfs", "/dev/shm", "mode=1777", true},
		{"tracefs", "/sys/kernel/tracing", NULL, true},
		{"debugfs", "/sys/kernel/debug", NULL, true},
		{"bpf", "/sys/fs/bpf", "mode=700", true},
		{"cgroup2", "/sys/fs/cgroup", NULL, true},
	};

	for (size_t i = 0; i < sizeof(mounts) / sizeof(*mounts); i++) {
		/* Folders in /sys exist already, unless the kernel lacks the feature. */
		mkdir(mounts[i].target, 0755);
		if (mount(mounts[i].type, mounts[i].target, mounts[i].type, 0, mounts[i].options) &&
		    !mounts[i].optional)
			die(mounts[i].target);
	}
}

static void mount_scratch(const char *target, const char *options)
{
	mkdir(target, 0755);
	if (has_files(target))
		chmod(target, 01777);
	else if (mount("tmpfs", target, "tmpfs", 0, options))
		die(target);
}

/*
 * Makes the links to busybox. Adding three hundred links to the image would take longer on the
 * host.
 */
static void link_applets(void)
{
	char name[64], path[80];
	FILE *file = fopen(APPLETS_FILE, "re");

	if (!file)
		die(APPLETS_FILE);
	while (fscanf(file, "%63s", name) == 1) {
		snprintf(path, sizeof(path), "/bin/%s", name);
		/* Keep a file that was added under an applet's name. */
		if (symlink("busybox", path) && errno != EEXIST)
			die(path);
	}
	fclose(file);
}

/* For local sockets over IP; there is no other network. */
static void loopback_up(void)
{
	struct ifreq ifr = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
}

static void read_settings(struct settings *settings)
{
	char line[4096], *word, *rest = line;
	FILE *file = fopen("/proc/cmdline", "re");

	if (!file || !fgets(line, sizeof(line), file))
		die("/proc/cmdline");
	fclose(file);
	while ((word = strsep(&rest, " \n"))) {
		if (!strcmp(word, "lab.live"))
			settings->live = true;
		else if (!strcmp(word, "lab.clock=icount"))
			settings->icount = true;
		else if (!strcmp(word, "lab.files=qemu"))
			settings->files = true;
		else if (!strncmp(word, "lab.settle=", 11))
			settings->settle_s = strtol(word + 11, NULL, 10);
		else if (!strncmp(word, "lab.limit=", 10))
			settings->limit_s = strtol(word + 10, NULL, 10);
	}
}

/*
 * Seeds the kernel's random numbers, always with the same seed: nothing in the lab may be random.
 * Without entropy, the kernel takes minutes of guest time to do that, and until then every clone
 * costs some 8,900 instructions more (for the child's stack canary).
 */
static void seed_random(void)
{
	/* struct rand_pool_info, with room for its flexible end */
	struct {
		int entropy_count; /* bits */
		int buf_size;	   /* bytes */
		__u32 data[64];
	} seed = {.entropy_count = 32 * 64, .buf_size = 4 * 64};
	int fd = open("/dev/urandom", O_RDWR | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, RNDADDENTROPY, &seed))
		die("/dev/urandom");
	close(fd);
}

/* Raw: no echo, no newline translation. */
static int open_port(const char *path)
{
	struct termios settings;
	int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || tcgetattr(fd, &settings))
		die(path);
	cfmakeraw(&settings);
	settings.c_cflag |= CLOCAL;
	cfsetspeed(&settings, B115200);
	if (tcsetattr(fd, TCSANOW, &settings))
		die(path);
	return fd;
}

static void open_output(struct output *output)
{
	output->tty = open_port(output->port);
	output->file = open(output->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (output->file < 0)
		die(output->path);
}

static void write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			die("serial port");
		data += n;
		size -= (size_t)n;
	}
}

/* Sends what the command wrote since the last call. */
static void pass_on(struct output *output)
{
	static char buffer[65536];
	struct stat st;
	ssize_t n;

	/* `> /dev/stdout` truncates the file. */
	if (!fstat(output->file, &st) && st.st_size < output->sent)
		output->sent = 0;
	while ((n = pread(output->file, buffer, sizeof(buffer), output->sent)) > 0) {
		write_all(output->tty, buffer, (size_t)n);
		output->sent += n;
	}
}

/* The arguments in COMMAND_FILE, for execvp. */
static char **read_command(void)
{
	struct stat st;
	size_t count = 0;
	char *text, **argv;
	int fd = open(COMMAND_FILE, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st))
		die(COMMAND_FILE);
	text = malloc((size_t)st.st_size + 1);
	if (!text || read(fd, text, (size_t)st.st_size) != st.st_size)
		die(COMMAND_FILE);
	close(fd);
	text[st.st_size] = '\0';

	for (off_t i = 0; i < st.st_size; i++)
		count += !text[i];
	argv = calloc(count + 1, sizeof(*argv));
	if (!argv || !count)
		die(COMMAND_FILE " is empty");
	for (size_t i = 0; i < count; i++) {
		argv[i] = text;
		text += strlen(text) + 1;
	}
	return argv;
}

static pid_t start(char **argv, const struct output *out, const struct output *err)
{
	sigset_t none;
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return pid;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
	dup2(out->file, STDOUT_FILENO);
	dup2(err->file, STDERR_FILENO);
	if (chdir("/lab"))
		die("/lab");
	execvp(argv[0], argv);
	if (errno == ENOENT)
		dprintf(STDERR_FILENO,
			"lab: '%s', or a library of it, is not in the guest: add it with --add\n",
			argv[0]);
	else
		dprintf(STDERR_FILENO, "lab: cannot run '%s': %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/*
 * Sleeps until some seconds after boot. Kernels finish their start in the background (the clock
 * source changes about a second after boot), and that must not disturb a measurement. A fixed start
 * time also puts timer ticks at the same places. With instruction counting the sleep takes hardly
 * any time: an idle guest's clock jumps ahead.
 */
static void settle(long second)
{
	struct timespec until = {.tv_sec = second};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

static struct timespec now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts;
}

/* Where a saved machine goes on: it has the date of then, and the random numbers of all its uses.
 */
static void wake_up(void)
{
	struct timespec date = {0};
	FILE *file = fopen(RTC_FILE, "re");
	int random = open("/dev/urandom", O_RDWR | O_CLOEXEC);

	if (file && fscanf(file, "%ld", &date.tv_sec) == 1)
		clock_settime(CLOCK_REALTIME, &date);
	if (file)
		fclose(file);
	if (random >= 0) {
		ioctl(random, RNDRESEEDCRNG);
		close(random);
	}
}

/*
 * Half of the time to settle is before the machine can be saved: what the kernel does in the
 * background until then is done once for all uses.
 */
static void load_files(const struct settings *settings)
{
	int status;
	pid_t pid;

	settle(settings->live ? now().tv_sec + LIVE_WAIT_S : settings->settle_s / 2);
	pid = fork();
	if (!pid) {
		files__load(settings->live);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		die("fork");
	errno = EIO;
	if (status)
		die("the files of the guest");
	if (settings->live)
		wake_up();
}

/*
 * Waits for the command and reaps orphans. Returns its wait status, or -1 if the limit passed and
 * everything was killed. During a measurement this sleeps all the time; the limit is the only
 * timer.
 */
static int wait_for(pid_t command, const struct settings *settings, struct output *out,
		    struct output *err)
{
	const time_t deadline = now().tv_sec + settings->limit_s;
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	for (;;) {
		struct timespec wait = {.tv_sec = settings->limit_s};
		bool forever = !settings->live && !settings->limit_s;
		int status;
		pid_t pid;

		if (settings->live)
			wait = (struct timespec){.tv_nsec = LIVE_POLL_NS};
		sigtimedwait(&child, NULL, forever ? NULL : &wait);
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
			if (pid == command)
				return status;
		}
		if (settings->live) {
			pass_on(out);
			pass_on(err);
		}
		if (settings->limit_s && now().tv_sec >= deadline) {
			kill(-1, SIGKILL);
			return -1;
		}
	}
}

static bool is_empty(const char *dir)
{
	/* rmdir fails unless the folder is empty. */
	return !rmdir(dir) || (errno != ENOTEMPTY && errno != EEXIST);
}

static void send_files(int port)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid) {
		dup2(port, STDOUT_FILENO);
		execl("/bin/busybox", "tar", "-c", "-C", OUT_DIR, ".", (char *)NULL);
		die("/bin/busybox");
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

int main(void)
{
	struct output out = {.path = "/run/stdout", .port = "/dev/ttyS1"};
	struct output err = {.path = "/run/stderr", .port = "/dev/ttyS2"};
	struct settings settings = {0};
	char verdict[32] = "limit\n";
	int results, status;
	sigset_t child;

	mount_system();
	loopback_up();
	read_settings(&settings);
	if (settings.icount)
		seed_random();
	if (settings.files)
		load_files(&settings);
	mount_scratch("/tmp", "mode=1777");
	mount_scratch("/run", "mode=755");
	make_dir("/lab");
	make_dir(OUT_DIR);
	link_applets();
	open_output(&out);
	open_output(&err);
	results = open_port("/dev/ttyS3");

	clearenv();
	setenv("PATH", "/bin:/usr/local/bin", 1);
	setenv("HOME", "/root", 1);
	setenv("TERM", "dumb", 1);
	sethostname("lab", 3);

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	settle(settings.settle_s);
	status = wait_for(start(read_command(), &out, &err), &settings, &out, &err);

	pass_on(&out);
	pass_on(&err);
	if (status >= 0)
		snprintf(verdict, sizeof(verdict), "exit %d\n",
			 WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
	write_all(results, verdict, strlen(verdict));
	if (!is_empty(OUT_DIR))
		send_files(results);
	write_all(results, "lab end\n", 8);

	tcdrain(out.tty);
	tcdrain(err.tty);
	tcdrain(results);
	reboot(RB_POWER_OFF);
	die("poweroff");
}
