/* SPDX-License-Identifier: MIT */
#include "schema/late_library.h"

#include <dlfcn.h>
#include <string.h>

const char *late_library_load(const char *soname, const LateFunction *functions,
                              size_t n_functions, void *ret_table)
{
    void *handle = dlopen(soname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == NULL) {
        return dlerror();
    }
    for (size_t i = 0; i < n_functions; i++) {
        void *function = dlsym(handle, functions[i].name);
        if (function == NULL) {
            return dlerror();
        }
        memcpy((char *)ret_table + functions[i].offset, &function, sizeof function);
    }
    return NULL;
}
