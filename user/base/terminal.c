// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "user/text/strbuf.h"

/* The alternate screen, which has no lines that scroll away; the cursor hidden. */
#define TAKE  "\033[?1049h\033[?25l\033[2J"
#define LEAVE "\033[0m\033[?25h\033[?1049l"

/* At once, so that a terminal with some room does not block us. */
#define PIECE 512

/* How long a terminal that takes nothing is waited for at the end. */
#define PATIENCE_MS 1000

static struct termios before;
static volatile sig_atomic_t taken;
static struct strbuf frame;
static size_t written; /* of the frame */

/* Where in the sequence of a key we are; `parameter` is that of "ESC [ 5 ~". */
static enum { NO_SEQUENCE, AFTER_ESCAPE, IN_SEQUENCE } sequence;
static int parameter;
static unsigned char typed[64];
static size_t typed_n, typed_at;

static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
#define FAULTS (sizeof(faults) / sizeof(faults[0]))

bool terminal_is_there(void)
{
	const char *term = getenv("TERM");

	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && !(term && !strcmp(term, "dumb"));
}

/* Only what a signal handler may call. */
static void restore(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
	pid_t foreground = tcgetpgrp(STDIN_FILENO);

	if (!taken)
		return;
	taken = false;
	/* In the background, the shell has it already, and would stop us. */
	if (foreground > 0 && foreground != getpgrp())
		return;
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	if (poll(&out, 1, PATIENCE_MS) > 0 && !(out.revents & (POLLHUP | POLLERR)) &&
	    write(STDOUT_FILENO, LEAVE, sizeof(LEAVE) - 1) < 0)
		return; /* it is gone */
}

static void on_fault(int number)
{
	restore();
	raise(number); /* SA_RESETHAND: now it has its usual effect */
}

static void catch_faults(void)
{
	struct sigaction action = {.sa_handler = on_fault,
				   .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};

	for (size_t i = 0; i < FAULTS; i++)
		sigaction(faults[i], &action, NULL);
}

static void forget_frame(void)
{
	strbuf__clear(&frame);
	written = 0;
}

int terminal_take(void)
{
	struct termios t;

	if (!taken && tcgetattr(STDIN_FILENO, &before))
		return -errno;
	t = before;
	t.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	t.c_iflag &= ~(tcflag_t)IXON; /* Ctrl-S would stop the view, and make records wait */
	t.c_cc[VMIN] = 0;
	t.c_cc[VTIME] = 0;
	catch_faults();
	taken = true;
	if (tcsetattr(STDIN_FILENO, TCSANOW, &t)) {
		taken = false;
		return -errno;
	}
	forget_frame();
	strbuf__add(&frame, "%s", TAKE);
	return 0;
}

void terminal_leave(void)
{
	restore();
	for (size_t i = 0; i < FAULTS; i++)
		signal(faults[i], SIG_DFL);
	strbuf__free(&frame);
	written = 0;
}

bool terminal_size(size_t *columns, size_t *lines)
{
	struct winsize size;

	*columns = 80;
	*lines = 24;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col || !size.ws_row)
		return false;
	*columns = size.ws_col;
	*lines = size.ws_row;
	return true;
}

/* The key that a sequence ends with: ESC [ A, ESC O A, ESC [ 5 ~. */
static int key_of(unsigned char last)
{
	static const struct {
		unsigned char last;
		int parameter, key;
	} named[] = {
		{'A', 0, KEY_UP},      {'B', 0, KEY_DOWN},	{'H', 0, KEY_HOME},
		{'F', 0, KEY_END},     {'~', 1, KEY_HOME},	{'~', 4, KEY_END},
		{'~', 5, KEY_PAGE_UP}, {'~', 6, KEY_PAGE_DOWN},
	};

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (named[i].last == last && named[i].parameter == parameter)
			return named[i].key;
	return KEY_OTHER;
}

/* The key that this byte is or ends, or KEY_NONE. */
static int take_byte(unsigned char c)
{
	if (c == '\033') {
		sequence = AFTER_ESCAPE;
		return KEY_NONE;
	}
	if (sequence == AFTER_ESCAPE && (c == '[' || c == 'O')) {
		sequence = IN_SEQUENCE;
		parameter = 0;
		return KEY_NONE;
	}
	if (sequence == NO_SEQUENCE)
		return c;
	if (sequence == AFTER_ESCAPE) { /* Alt and a key */
		sequence = NO_SEQUENCE;
		return KEY_OTHER;
	}
	if (c >= '0' && c <= '9' && parameter < 1000)
		parameter = 10 * parameter + c - '0';
	if (c < 0x40 || c > 0x7e)
		return KEY_NONE;
	sequence = NO_SEQUENCE;
	return key_of(c);
}

/* 0, or KEY_NONE or KEY_GONE if nothing was typed. */
static int read_keys(void)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	ssize_t n;

	if (poll(&in, 1, 0) <= 0)
		return KEY_NONE;
	if (in.revents & (POLLHUP | POLLERR | POLLNVAL))
		return KEY_GONE;
	n = read(STDIN_FILENO, typed, sizeof(typed));
	if (n <= 0)
		return n < 0 && errno == EIO ? KEY_GONE : KEY_NONE;
	/* The bytes of a sequence come at once: what comes later is another key. */
	if (sequence == AFTER_ESCAPE)
		sequence = NO_SEQUENCE;
	typed_at = 0;
	typed_n = (size_t)n;
	return 0;
}

int terminal_key(void)
{
	int key = KEY_NONE;

	while (key == KEY_NONE) {
		if (typed_at == typed_n) {
			int none = read_keys();

			if (none)
				return none;
		}
		key = take_byte(typed[typed_at++]);
	}
	return key;
}

void terminal_draw(const char *lines, int reversed)
{
	size_t columns, rows;

	terminal_size(&columns, &rows);
	for (int row = 0; *lines; row++) {
		size_t length = strcspn(lines, "\n");

		/* Erased first: in a line that is full, the cursor stands on the last character. */
		strbuf__add(&frame, "\033[%d;1H%s\033[K", row + 1,
			    row == reversed ? "\033[7m" : "");
		strbuf__add_bytes(&frame, lines, length);
		if (row == reversed)
			strbuf__add(&frame, "\033[0m");
		lines += length + (lines[length] == '\n');
		if (!*lines && (size_t)row + 1 < rows)
			strbuf__add(&frame, "\033[%d;1H\033[J", row + 2);
	}
}

bool terminal_flush(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

	while (written < frame.length && poll(&out, 1, 0) > 0) {
		size_t left = frame.length - written;
		ssize_t n = write(STDOUT_FILENO, frame.text + written, left < PIECE ? left : PIECE);

		if (n < 0 && errno != EINTR)
			break; /* terminal_key() finds out that it is gone */
		written += n > 0 ? (size_t)n : 0;
	}
	if (written < frame.length && !frame.failed)
		return false;
	frame.failed = false;
	forget_frame();
	return true;
}
