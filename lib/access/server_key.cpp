#include "access/server_key.hpp"

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/curve_key_pair.hpp"
#include "store/files.hpp"

namespace trade::access {

namespace {

/// The digits and the end of the line; more is no key.
constexpr std::size_t file_bytes_max = 65;

std::unexpected<Error> cannot(const std::string& what, const std::filesystem::path& file) {
  const int error = errno;
  return fail(error == ENOSPC ? ErrorCode::out_of_space : ErrorCode::internal,
              "cannot " + what + " " + file.string() + ": " + std::strerror(error));
}

/// Nothing when there is no such file.
Result<std::optional<CurveKey>> read_secret(const std::filesystem::path& file) {
  const store::FileDescriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor.open()) {
    if (errno == ENOENT) return std::optional<CurveKey>();
    return cannot("read", file);
  }
  struct stat status{};
  if (::fstat(descriptor.get(), &status) != 0) return cannot("look at", file);
  if ((status.st_mode & 077) != 0) {
    return fail(
        ErrorCode::not_permitted, file.string() + " is open to other users",
        "close it with 'chmod 600 " + file.string() + "'; who may have read it can act as this suite");
  }
  char text[file_bytes_max + 1];
  const ssize_t size = ::read(descriptor.get(), text, sizeof text);
  if (size < 0) return cannot("read", file);
  std::string_view digits(text, static_cast<std::size_t>(size));
  if (digits.ends_with('\n')) digits.remove_suffix(1);
  const std::optional<CurveKey> secret = parse_curve_key(digits);
  sodium_memzero(text, sizeof text);
  if (secret) return secret;
  return fail(ErrorCode::corrupt, file.string() + " holds no key",
              "restore it from a backup, or move it away: a new one is made, and clients must learn it");
}

/// Written beside it and linked, so that the key of whoever came first stays, and is whole.
Status write_secret(const std::filesystem::path& file, const CurveKey& secret) {
  if (Status made = store::make_directories(file.parent_path()); !made) return made;
  const std::string temporary = file.string() + "." + std::to_string(::getpid()) + ".tmp";
  ::unlink(temporary.c_str());
  const store::FileDescriptor descriptor(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!descriptor.open()) return cannot("write", temporary);
  std::string text = hex_of(secret) + "\n";
  const bool written = ::write(descriptor.get(), text.data(), text.size()) == std::ssize(text) &&
                       ::fsync(descriptor.get()) == 0;
  sodium_memzero(text.data(), text.size());
  Status status;
  if (!written) {
    status = cannot("write", temporary);
  } else if (::link(temporary.c_str(), file.c_str()) != 0 && errno != EEXIST) {
    status = cannot("write", file);
  }
  ::unlink(temporary.c_str());
  if (!status) return status;
  return store::sync_directory(file.parent_path());
}

}  // namespace

std::filesystem::path server_key_file(const std::filesystem::path& home) {
  return home / "curve" / "server.key";
}

Result<CurveKeyPair> load_or_make_server_key(const std::filesystem::path& home) {
  if (sodium_init() < 0) return fail(ErrorCode::internal, "libsodium cannot be used on this machine");
  const std::filesystem::path file = server_key_file(home);
  auto secret = read_secret(file);
  if (!secret) return pass_on(std::move(secret));
  if (!*secret) {
    const Result<CurveKeyPair> made = make_curve_key_pair();
    if (!made) return std::unexpected(made.error());
    if (Status written = write_secret(file, made->secret_key); !written) return pass_on(std::move(written));
    secret = read_secret(file);
    if (!secret) return pass_on(std::move(secret));
    if (!*secret) return fail(ErrorCode::internal, file.string() + " was taken away", "try again");
  }
  CurveKeyPair pair;
  pair.secret_key = **secret;
  crypto_scalarmult_base(pair.public_key.data(), pair.secret_key.data());
  return pair;
}

}  // namespace trade::access
