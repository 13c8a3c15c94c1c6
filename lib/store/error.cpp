#include "store/error.hpp"

#include <cerrno>
#include <cstdint>
#include <string>

#include <lmdb.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

namespace trade::store {

namespace {

/// LMDB turns a write that the file system cut short into EIO: where next to nothing is free, or the
/// process's limit of a file's size is in sight, the disk is full and not broken.
bool is_short_of_space(const std::filesystem::path& path) {
  constexpr std::uint64_t short_bytes = 16u << 20;
  struct statvfs file_system{};
  if (::statvfs(path.c_str(), &file_system) == 0 &&
      std::uint64_t{file_system.f_bavail} * file_system.f_frsize < short_bytes) {
    return true;
  }
  struct rlimit limit{};
  return ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

struct Advice {
  ErrorCode code = ErrorCode::internal;
  std::string_view hint;
};

constexpr Advice disk_full{ErrorCode::out_of_space, "the disk is full: free space on it, then start again"};

Advice advice_of_lmdb(int code) {
  switch (code) {
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
      return {ErrorCode::corrupt, "the file is damaged: restore it from a copy"};
    case MDB_INVALID:
      return {ErrorCode::corrupt, "this is not an LMDB file, or its beginning is damaged"};
    case MDB_VERSION_MISMATCH:
      return {ErrorCode::corrupt, "the file was written by another version of LMDB: open it with that one"};
    case MDB_MAP_FULL:
      return {ErrorCode::out_of_space, "the memory map is full"};
    case MDB_READERS_FULL:
      return {ErrorCode::internal, "too many readers at one time: close some, or wait until they have ended"};
    case MDB_PANIC:
      return {ErrorCode::internal, "an earlier write failed: the process must start again"};
    default:
      return {};
  }
}

Advice advice_of_system(int code, const std::filesystem::path& path) {
  switch (code) {
    case ENOSPC:
      return disk_full;
    case EDQUOT:
      return {ErrorCode::out_of_space, "the disk quota is used up: free space, then start again"};
    case EFBIG:
      return {ErrorCode::out_of_space,
              "the file would exceed the limit of a file's size: raise it (ulimit -f)"};
    case EIO:
      if (is_short_of_space(path)) return disk_full;
      return {ErrorCode::internal, "the disk failed: see the kernel's log (dmesg)"};
    case EACCES:
    case EPERM:
      return {ErrorCode::not_permitted, "check the owner and the permissions of the file and its directory"};
    case EROFS:
      return {ErrorCode::not_permitted, "the file system is mounted read-only"};
    case ENOENT:
      return {ErrorCode::not_found, "check the path"};
    case ENOTDIR:
      return {ErrorCode::internal, "a part of the path is not a directory: choose another path"};
    case ENOMEM:
      return {ErrorCode::out_of_space,
              "there is too little memory or address space: raise the limit (ulimit -v)"};
    case EMFILE:
    case ENFILE:
      return {ErrorCode::internal, "too many open files: raise the limit (ulimit -n)"};
    default:
      return {};
  }
}

}  // namespace

Error make_error(int code, const std::filesystem::path& path, std::string_view what) {
  const bool from_lmdb = code <= MDB_LAST_ERRCODE && code >= MDB_KEYEXIST;
  const Advice advice = from_lmdb ? advice_of_lmdb(code) : advice_of_system(code, path);
  std::string message = "cannot ";
  message.append(what).append(" at ").append(path.string()).append(": ");
  if (code == EIO && advice.code == ErrorCode::out_of_space) {
    message.append("the disk is full");
  } else {
    message.append(::mdb_strerror(code));
  }
  return Error{advice.code, std::string(error_code_name(advice.code)), std::move(message),
               std::string(advice.hint)};
}

}  // namespace trade::store
