#include "app/remote_profile.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <toml++/toml.h>
#include <unistd.h>

namespace trade::app {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view addresses_table = "addresses";
constexpr std::string_view publications_table = "publications";

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

Result<std::string> read_private_file(const fs::path& file) {
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (descriptor.number() < 0 || ::fstat(descriptor.number(), &status) != 0) {
    const ErrorCode code = errno == ENOENT   ? ErrorCode::not_found
                           : errno == EACCES ? ErrorCode::not_permitted
                                             : ErrorCode::internal;
    return fail(code, "cannot read the profile " + file.string() + ": " + std::strerror(errno),
                "the suite's owner makes one: trade key create --curve --profile FILE");
  }
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::usage, file.string() + " is no file");
  if ((status.st_mode & 077) != 0) {
    return fail(ErrorCode::not_permitted, "the profile " + file.string() + " is open to other users",
                "close it with 'chmod 600 " + file.string() +
                    "', and have its key revoked if somebody may have read it");
  }
  std::string text(profile_bytes_max + 1, '\0');
  const ssize_t size = ::read(descriptor.number(), text.data(), text.size());
  if (size < 0) {
    return fail(ErrorCode::internal,
                "cannot read the profile " + file.string() + ": " + std::strerror(errno));
  }
  if (static_cast<std::size_t>(size) > profile_bytes_max) {
    return fail(ErrorCode::usage, "the profile " + file.string() + " is too large");
  }
  text.resize(static_cast<std::size_t>(size));
  return text;
}

/// Reads a table key by key; the first thing that is wrong is its error, and values are not shown.
class ProfileReader {
 public:
  ProfileReader(const toml::table& table, std::string place) : table_(table), place_(std::move(place)) {}

  Result<RemoteProfile> read() {
    RemoteProfile profile;
    for (const auto& [key, node] : table_) {
      if (Status taken = take(key.str(), node, profile); !taken) return pass_on(std::move(taken));
    }
    for (const std::string_view name : {"server_key", "public_key", "secret_key"}) {
      if (table_.get(name) == nullptr) return wrong(std::string(name) + " is missing");
    }
    if (profile.addresses.empty()) return wrong("[addresses] is missing");
    return profile;
  }

 private:
  [[nodiscard]] std::unexpected<Error> wrong(const std::string& what) const {
    return fail(ErrorCode::usage, place_ + ": " + what,
                "a profile is described in trade(1); the suite's owner makes one: trade key create --curve");
  }

  Status take(std::string_view name, const toml::node& node, RemoteProfile& profile) const {
    if (name == addresses_table) return take_addresses(name, node, remote_daemons, profile.addresses);
    if (name == publications_table)
      return take_addresses(name, node, remote_publishers, profile.publications);
    const auto* text = node.as_string();
    if (text == nullptr) return wrong(std::string(name) + " must be a text in quotes");
    if (name == "account") {
      profile.account = text->get();
      return {};
    }
    CurveKey* key = name == "server_key"   ? &profile.server_key
                    : name == "public_key" ? &profile.client_keys.public_key
                    : name == "secret_key" ? &profile.client_keys.secret_key
                                           : nullptr;
    if (key == nullptr) return wrong("unknown key '" + std::string(name.substr(0, 40)) + "'");
    const std::optional<CurveKey> parsed = parse_curve_key(text->get());
    if (!parsed) return wrong(std::string(name) + " must be 64 hexadecimal digits");
    *key = *parsed;
    return {};
  }

  Status take_addresses(std::string_view name, const toml::node& node,
                        std::span<const std::string_view> daemons,
                        RemoteProfile::Addresses& addresses) const {
    const auto* table = node.as_table();
    if (table == nullptr) return wrong(std::string(name) + " must be a table");
    for (const auto& [key, value] : *table) {
      const std::string_view daemon = key.str();
      if (std::ranges::find(daemons, daemon) == daemons.end()) {
        std::string known;
        for (const std::string_view one : daemons)
          known += (known.empty() ? "" : ", ") + std::string(one);
        return wrong("[" + std::string(name) + "] has no '" + std::string(daemon.substr(0, 40)) + "': only " +
                     known);
      }
      const auto* address = value.as_string();
      if (address == nullptr || !address->get().starts_with("tcp://") || address->get().size() > 256)
        return wrong("the address of " + std::string(daemon) + " must be tcp://HOST:PORT");
      addresses.emplace(daemon, address->get());
    }
    return {};
  }

  const toml::table& table_;
  std::string place_;
};

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"\n";
}

}  // namespace

Result<RemoteProfile> load_profile(const fs::path& file) {
  Result<std::string> text = read_private_file(file);
  if (!text) return pass_on(std::move(text));
  try {
    const toml::table table = toml::parse(*text, file.string());
    return ProfileReader(table, file.string()).read();
  } catch (const toml::parse_error& error) {
    // The parser's own words may quote the line, and a key may stand there.
    return fail(ErrorCode::usage, file.string() + ":" + std::to_string(error.source().begin.line) +
                                      ": this is not well-formed TOML");
  }
}

std::string text_of(const RemoteProfile& profile) {
  std::string text =
      "# A client's profile of a trade suite: trade --connect FILE. The secret key lets in whoever has it.\n";
  text += "server_key = " + in_quotes(hex_of(profile.server_key));
  text += "public_key = " + in_quotes(hex_of(profile.client_keys.public_key));
  text += "secret_key = " + in_quotes(hex_of(profile.client_keys.secret_key));
  if (!profile.account.empty()) text += "account = " + in_quotes(profile.account);
  const auto add_table = [&text](std::string_view name, const RemoteProfile::Addresses& addresses) {
    if (addresses.empty()) return;
    text += "\n[" + std::string(name) + "]\n";
    for (const auto& [daemon, address] : addresses)
      text += daemon + " = " + in_quotes(address);
  };
  add_table(addresses_table, profile.addresses);
  add_table(publications_table, profile.publications);
  return text;
}

Status create_profile(const fs::path& file, const RemoteProfile& profile) {
  const Descriptor descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (descriptor.number() < 0) {
    const ErrorCode code = errno == EEXIST ? ErrorCode::usage : ErrorCode::internal;
    return fail(code, "cannot make the profile " + file.string() + ": " + std::strerror(errno),
                "name a file that is not there yet");
  }
  const std::string text = text_of(profile);
  if (::write(descriptor.number(), text.data(), text.size()) == std::ssize(text) &&
      ::fsync(descriptor.number()) == 0) {
    return {};
  }
  const int error = errno;
  ::unlink(file.c_str());
  return fail(error == ENOSPC ? ErrorCode::out_of_space : ErrorCode::internal,
              "cannot write the profile " + file.string() + ": " + std::strerror(error));
}

}  // namespace trade::app
