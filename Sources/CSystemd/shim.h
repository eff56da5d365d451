// libsystemd: notification, watchdog, inherited sockets, the journal. Imported by Systemd alone.
#pragma once
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>

/// sd_journal_sendv(3) of fields `NAME=value` that lie one behind the other; `struct iovec` stays out of Swift.
static inline int lw_journal_send(const char *bytes, const size_t *lengths, int count) {
    struct iovec fields[32];
    if (count > 32) count = 32;
    for (int index = 0; index < count; index++) {
        fields[index] = (struct iovec){(void *)bytes, lengths[index]};
        bytes += lengths[index];
    }
    return sd_journal_sendv(fields, count);
}
