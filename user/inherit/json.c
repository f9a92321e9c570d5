// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/inherit/json.h"

#include <errno.h>
#include <sys/utsname.h>

#include "user/text/json.h"

static json_t *finding_json(const struct finding *f)
{
	json_t *o = json_object();

	if (f->absent[0])
		return json__put(o, "absent", json__text(f->absent));
	o = json__put(o, "found", json_string(mark_name(f->mark)));
	if (f->expected.mark == MARK_UNSAID)
		o = json__put(o, "expected", json_null());
	else
		o = json__put(o, "expected", json_string(mark_name(f->expected.mark)));
	o = json__put(o, "page", f->expected.page ? json_string(f->expected.page) : json_null());
	o = json__put(o, "deviates", json_boolean(finding_deviates(f)));
	o = json__put(o, "parent", json__text(f->before));
	o = json__put(o, "child", json__text(f->child));
	return json__put(o, "parent_after", json__text(f->after));
}

static json_t *property_json(const struct matrix *x, size_t p)
{
	const struct property *property = property_at(p);
	json_t *o = json_object(), *by = json_object();
	size_t count = 0;

	for (size_t m = 0; m < inherit_method_count; m++) {
		const struct finding *f = matrix_at(x, p, m);

		if (!f->wanted)
			continue;
		by = json__put(by, inherit_methods[m].name, finding_json(f));
		count++;
	}
	if (!count) {
		json_decref(by);
		json_decref(o);
		return NULL;
	}
	o = json__put(o, "name", json_string(property->name));
	o = json__put(o, "group", json_string(property_group_at(p)->name));
	o = json__put(o, "test", json_string(property->test));
	if (property->note)
		o = json__put(o, "note", json_string(property->note));
	return json__put(o, "methods", by);
}

static json_t *methods_json(void)
{
	json_t *o = json_object();

	for (size_t m = 0; m < inherit_method_count; m++)
		o = json__put(o, inherit_methods[m].name, json_string(inherit_methods[m].call));
	return o;
}

static json_t *leaks_json(const struct matrix *x)
{
	json_t *a = json_array();

	for (size_t i = 0; i < x->leak_count; i++) {
		json_t *o = json__put(json_object(), "fd", json_integer(x->leaks[i].fd));

		a = json__push(a, json__put(o, "path", json__text(x->leaks[i].path)));
	}
	return a;
}

int inherit_print_json(const struct matrix *x, FILE *out)
{
	json_t *o = json_object(), *properties = json_array();
	struct utsname u;
	int err = 0;

	uname(&u);
	for (size_t p = 0; p < x->properties; p++) {
		json_t *property = property_json(x, p);

		if (property)
			properties = json__push(properties, property);
	}
	o = json__put(o, "type", json_string("inherit"));
	o = json__put(o, "kernel", json__text(u.release));
	o = json__put(o, "methods", methods_json());
	o = json__put(o, "properties", properties);
	o = json__put(o, "leaks", leaks_json(x));
	if (!o)
		return -ENOMEM;
	if (json_dumpf(o, out, JSON_COMPACT) || fputc('\n', out) == EOF || fflush(out))
		err = errno ? -errno : -EIO;
	json_decref(o);
	return err;
}
