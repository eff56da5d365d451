// SQLite 3. Imported by SQLite alone.
#pragma once
#include <sqlite3.h>

/// SQLITE_TRANSIENT is a cast that Swift cannot see: SQLite copies the bytes before the call returns.
static inline int lw_bind_text(sqlite3_stmt *statement, int index, const char *bytes, int count) {
    return sqlite3_bind_text(statement, index, bytes, count, SQLITE_TRANSIENT);
}
static inline int lw_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int count) {
    return sqlite3_bind_blob(statement, index, bytes, count, SQLITE_TRANSIENT);
}

/// Makes what was written to the database file durable (sqlite.org/c3ref/io_methods.html): what a checkpoint does that
/// has moved the whole log, and leaves to the next one otherwise.
static inline int lw_sync_database(sqlite3 *database) {
    sqlite3_file *file = 0;
    int code = sqlite3_file_control(database, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (code != SQLITE_OK || !file || !file->pMethods) return code;
    return file->pMethods->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
}
