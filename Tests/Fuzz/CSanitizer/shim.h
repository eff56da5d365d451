// Part of <sanitizer/allocator_interface.h>, which Swift's toolchain does not ship. AddressSanitizer defines it.
#include <stddef.h>

size_t __sanitizer_get_current_allocated_bytes(void);
