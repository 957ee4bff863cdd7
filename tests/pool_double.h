/* pool_double.h - what tests share that put a mail processor of their own into the workers.
 *
 * They replace indexer/mail_processor.c: pool_double.c has the functions that settings of the
 * real one are given by, and a hash that costs nothing; mail_processor_new, _free and _run are
 * the test's.
 */
#pragma once

#include "indexer/job_slot.h"

/* Adds a message to a slot that is being filled. */
void pool_double_add(JobSlot *slot, const char *text);
