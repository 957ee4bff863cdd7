/* SPDX-License-Identifier: MIT */
#include "schema/arc_results.h"

#include "schema/arc_instance.h"
#include "schema/dkim_tag.h"

void arc_results_parse(Slice value, ArcResults *results)
{
    results->instance = 0;
    results->has_instance = arc_instance_take(&value, &results->instance);
    results->payload = dkim_trim(value);
}
