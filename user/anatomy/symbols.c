// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/anatomy/symbols.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "user/anatomy/elf_file.h"
#include "user/anatomy/functions.h"
#include "user/model/memory.h"

#define PROGRAMS_MAX 64
#define MAPPINGS_MAX 65536

/* A part of a program's memory that can be executed. */
struct mapping {
	uint64_t start, end;
	char *module;
	struct functions functions;
};

struct program {
	char *name; /* its path in the guest */
	struct mapping *v;
	size_t n;
};

struct symbols {
	struct functions kernel;
	char **modules; /* of the kernel */
	size_t module_count;
	struct program programs[PROGRAMS_MAX];
	unsigned int program_count;
	const struct program *special[SYMBOLS_ANOTHER]; /* NULL: not known */
};

struct symbols *symbols__new(void)
{
	return calloc(1, sizeof(struct symbols));
}

void symbols__free(struct symbols *s)
{
	if (!s)
		return;
	functions__free(&s->kernel);
	for (size_t i = 0; i < s->module_count; i++)
		free(s->modules[i]);
	free((void *)s->modules);
	for (unsigned int p = 0; p < s->program_count; p++) {
		for (size_t i = 0; i < s->programs[p].n; i++) {
			free(s->programs[p].v[i].module);
			functions__free(&s->programs[p].v[i].functions);
		}
		free(s->programs[p].v);
		free(s->programs[p].name);
	}
	free(s);
}

/* "kernel", or the kernel module whose name stands in brackets. NULL: out of memory. */
static const char *module_of(struct symbols *s, char *brackets)
{
	char **grown;

	if (*brackets != '[')
		return SYMBOLS_KERNEL_NAME;
	brackets[strcspn(brackets, "]")] = '\0';
	brackets++;
	for (size_t i = s->module_count; i-- > 0;)
		if (!strcmp(s->modules[i], brackets))
			return s->modules[i];
	grown = array_grow((void *)s->modules, s->module_count, sizeof(*grown));
	if (!grown)
		return NULL;
	s->modules = grown;
	grown[s->module_count] = strdup(brackets);
	return grown[s->module_count] ? grown[s->module_count++] : NULL;
}

/* Padding before functions, where nothing is executed. */
static bool is_padding(const char *name)
{
	return !strncmp(name, "__pfx_", 6) || !strncmp(name, "__cfi_", 6);
}

static int add_kernel_line(struct symbols *s, const char *line, bool *hidden)
{
	char type, name[512], brackets[128] = "";
	const char *module;
	uint64_t address;

	if (sscanf(line, "%" SCNx64 " %c %511s %127s", &address, &type, name, brackets) < 3)
		return -EINVAL;
	if (!strchr("tTwW", type))
		return 0;
	if (!address) {
		*hidden = true;
		return 0;
	}
	if (address < SYMBOLS_KERNEL || is_padding(name))
		return 0;
	module = module_of(s, brackets);
	return module ? functions__add(&s->kernel, name, module, address, 0) : -ENOMEM;
}

int symbols__read_kernel(struct symbols *s, FILE *in, struct fault *why)
{
	bool hidden = false;
	char *line = NULL;
	size_t size = 0;
	int err = 0;

	while (!err && getline(&line, &size, in) > 0)
		err = add_kernel_line(s, line, &hidden);
	free(line);
	if (!err && ferror(in))
		err = -EIO;
	if (err == -EINVAL)
		return fault__set(why, err, "the guest's kallsyms has a line that is no symbol");
	if (err)
		return fault__set(why, err, "the guest's kallsyms: %s", strerror(-err));
	if (!s->kernel.n && hidden)
		return fault__set(why, -EINVAL,
				  "the guest's kernel hides the addresses of its functions "
				  "(kptr_restrict): no function can be named");
	if (!s->kernel.n)
		return fault__set(why, -EINVAL,
				  "the guest's kernel lists no functions (it was built without "
				  "CONFIG_KALLSYMS): no function can be named");
	functions__sort(&s->kernel);
	return 0;
}

static int add_mapping(struct program *p, const struct mapping *m, uint64_t offset,
		       const char *path)
{
	struct mapping *grown = array_grow(p->v, p->n, sizeof(*grown)), *to;
	int err = 0;

	if (!grown)
		return -ENOMEM;
	p->v = grown;
	to = &grown[p->n++];
	*to = *m;
	to->module = strdup(basename(path));
	if (!to->module)
		return -ENOMEM;
	if (*path == '/')
		err = elf_file_read(path, offset, to->start, to->module, &to->functions);
	/* There is one function to name: what the clock is read by. */
	if (!strcmp(path, "[vdso]"))
		err = functions__add(&to->functions, path, to->module, to->start,
				     to->end - to->start);
	functions__sort(&to->functions);
	return err == -ENOMEM ? err : 0;
}

/* "map START END OFFSET PATH", after its first word. */
static int add_map_line(struct symbols *s, const char *line)
{
	struct program *p = s->program_count ? &s->programs[s->program_count - 1] : NULL;
	struct mapping m = {0};
	uint64_t offset;
	int path = 0;

	if (sscanf(line, "%" SCNx64 " %" SCNx64 " %" SCNx64 " %n", &m.start, &m.end, &offset,
		   &path) < 3 ||
	    m.end <= m.start || !p || p->n == MAPPINGS_MAX)
		return -EINVAL;
	return add_mapping(p, &m, offset, path ? line + path : "");
}

/* "program GUESTPATH PATH", after its first word. */
static int add_program_line(struct symbols *s, const char *line)
{
	char *name;

	if (s->program_count == PROGRAMS_MAX)
		return -EINVAL;
	name = strndup(line, strcspn(line, "\t"));
	if (!name)
		return -ENOMEM;
	s->programs[s->program_count++].name = name;
	return 0;
}

static int add_line(struct symbols *s, char *line)
{
	line[strcspn(line, "\n")] = '\0';
	if (!strncmp(line, "map\t", strlen("map\t")))
		return add_map_line(s, line + strlen("map\t"));
	if (!strncmp(line, "program\t", strlen("program\t")))
		return add_program_line(s, line + strlen("program\t"));
	return -EINVAL;
}

/* NULL: there is none of that name. */
static const struct program *program_of(const struct symbols *s, const char *name)
{
	for (unsigned int i = 0; i < s->program_count; i++)
		if (!strcmp(basename(s->programs[i].name), name))
			return &s->programs[i];
	return NULL;
}

int symbols__read_modules(struct symbols *s, FILE *in, const char *driver, const char *program,
			  struct fault *why)
{
	char *line = NULL;
	size_t size = 0;
	int err = 0;

	while (!err && getline(&line, &size, in) > 0)
		err = add_line(s, line);
	free(line);
	if (!err && ferror(in))
		err = -EIO;
	s->special[SYMBOLS_DRIVER] = program_of(s, driver);
	s->special[SYMBOLS_PROGRAM] = program_of(s, program);
	if (err == -EINVAL)
		return fault__set(why, err, "the list of programs in the guest is not as expected");
	return err ? fault__set(why, err, "the list of programs in the guest: %s", strerror(-err))
		   : 0;
}

static const struct mapping *mapping_of(const struct program *p, uint64_t address)
{
	for (size_t i = 0; i < p->n; i++)
		if (address >= p->v[i].start && address < p->v[i].end)
			return &p->v[i];
	return NULL;
}

/* NULL: nothing is known to be there. */
static const struct mapping *find_mapping(const struct symbols *s, unsigned int program,
					  uint64_t address)
{
	const struct mapping *m = NULL;

	if (s->special[program])
		m = mapping_of(s->special[program], address);
	for (unsigned int p = 0; p < s->program_count && !m; p++)
		m = mapping_of(&s->programs[p], address);
	return m;
}

struct symbol symbols__find(const struct symbols *s, unsigned int program, uint64_t address)
{
	const struct function *f = NULL;
	const struct mapping *m = NULL;
	const char *module = SYMBOLS_KERNEL_NAME;

	if (address >= SYMBOLS_KERNEL) {
		f = functions__find(&s->kernel, address);
	} else if (program >= SYMBOLS_ANOTHER) {
		return (struct symbol){"[another process]", "", 0, false, false};
	} else {
		m = find_mapping(s, program, address);
		f = m ? functions__find(&m->functions, address) : NULL;
		module = m ? m->module : "";
	}
	if (!f)
		return (struct symbol){.module = module, .start = address};
	return (struct symbol){f->name, f->module, f->start, f->fragment, f->stub};
}
