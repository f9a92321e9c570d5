// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/axes/write.h"

#include <errno.h>

#include "bench/shared/units.h"

int axis_check_write(const struct shape *shape, const char *name, int64_t bytes,
		     const struct method *method, struct fault *why)
{
	int64_t size = shape__get(shape, AXIS_size);
	char bytes_text[32], size_text[32];

	if (bytes > 0 && !method->writes)
		return fault__set(why, -EINVAL, "this method does not support %s", name);
	if (bytes > size)
		return fault__set(why, -EINVAL, "%s=%s is more than the size, %s", name,
				  size_format(bytes, bytes_text, sizeof(bytes_text)),
				  size_format(size, size_text, sizeof(size_text)));
	return 0;
}
