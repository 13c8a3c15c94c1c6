// LMDB database "venues": name text -> format u8, then the fields of VenueSession as `encode` writes them.
// Format 1 ended with `created_at`.
#include "access/venue_store.hpp"

#include <algorithm>
#include <utility>

#include "access/fix_session_store.hpp"
#include "access/table.hpp"
#include "base/byte_stream.hpp"
#include "store/key.hpp"
#include "store/rows.hpp"

namespace trade::access {

namespace {

constexpr std::uint8_t record_format = 2;
constexpr std::size_t host_bytes_max = 253;
constexpr std::size_t password_bytes_max = 128;
constexpr std::size_t path_bytes_max = 4'095;
constexpr std::int32_t seconds_per_day = 86'400;

bool is_host_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == ':' ||
         c == '-';
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

std::vector<std::byte> encode(const VenueSession& venue) {
  ByteWriter writer;
  writer.write(record_format);
  writer.write_text(venue.host);
  writer.write(venue.port);
  writer.write_text(venue.version);
  writer.write_text(venue.sender_comp_id);
  writer.write_text(venue.target_comp_id);
  writer.write_text(venue.password);
  writer.write(static_cast<std::uint8_t>(venue.tls));
  writer.write(static_cast<std::uint8_t>(venue.verify_certificate));
  writer.write_text(venue.certificate_authorities);
  writer.write(venue.heartbeat_seconds);
  writer.write(venue.reset_second);
  writer.write(venue.created_at.nanoseconds);
  writer.write(venue.answer_seconds);
  writer.write(static_cast<std::uint8_t>(venue.send_account));
  return writer.take();
}

std::optional<VenueSession> decode(std::string name, store::Bytes bytes) {
  ByteReader reader(bytes);
  const auto format = reader.read<std::uint8_t>();
  if (format < 1 || format > record_format) return std::nullopt;
  VenueSession venue;
  venue.name = std::move(name);
  venue.host = reader.read_text();
  venue.port = reader.read<std::uint16_t>();
  venue.version = reader.read_text();
  venue.sender_comp_id = reader.read_text();
  venue.target_comp_id = reader.read_text();
  venue.password = reader.read_text();
  venue.tls = reader.read<std::uint8_t>() != 0;
  venue.verify_certificate = reader.read<std::uint8_t>() != 0;
  venue.certificate_authorities = reader.read_text();
  venue.heartbeat_seconds = reader.read<std::int32_t>();
  venue.reset_second = reader.read<std::int32_t>();
  venue.created_at = {reader.read<std::int64_t>()};
  if (format >= 2) {
    venue.answer_seconds = reader.read<std::int32_t>();
    venue.send_account = reader.read<std::uint8_t>() != 0;
  }
  if (!reader.ok() || !reader.at_end() || !check_venue_session(venue)) return std::nullopt;
  return venue;
}

std::unexpected<Error> damaged(const store::Environment& environment) {
  return fail(ErrorCode::corrupt, "the table of venues in " + environment.path().string() + " is damaged",
              "restore it from a copy, or move it away and add the venues anew");
}

}  // namespace

Status check_venue_host(std::string_view text) {
  const bool fits =
      !text.empty() && text.size() <= host_bytes_max && std::ranges::all_of(text, is_host_character);
  if (fits) return {};
  return fail(ErrorCode::usage, "a host is a name or an address: 1 to 253 letters, digits, '.', ':' and '-'");
}

Status check_venue_session(const VenueSession& venue) {
  // The name is a CompID's characters, and a CompID's length.
  for (const std::string& text : {venue.name, venue.sender_comp_id, venue.target_comp_id}) {
    if (Status fits = check_comp_id(text); !fits) return fits;
  }
  if (Status fits = check_venue_host(venue.host); !fits) return fits;
  if (venue.port == 0) return fail(ErrorCode::usage, "a port is from 1 to 65535");
  if (venue.version != "FIX.4.4" && venue.version != "FIX.4.2")
    return fail(ErrorCode::usage, "the version is FIX.4.4 or FIX.4.2");
  // A field of a FIX message ends with a control character.
  if (venue.password.size() > password_bytes_max || std::ranges::any_of(venue.password, is_control))
    return fail(ErrorCode::usage, "a password has at most 128 characters, none of them a control character");
  if (venue.certificate_authorities.size() > path_bytes_max ||
      std::ranges::any_of(venue.certificate_authorities, is_control))
    return fail(ErrorCode::usage, "not a file's name");
  if (venue.heartbeat_seconds < venue_heartbeat_seconds_min ||
      venue.heartbeat_seconds > venue_heartbeat_seconds_max)
    return fail(ErrorCode::usage, "a heartbeat comes every 1 to 3600 seconds");
  if (venue.answer_seconds < venue_answer_seconds_min || venue.answer_seconds > venue_answer_seconds_max)
    return fail(ErrorCode::usage, "an answer is waited for from 1 to 3600 seconds");
  if (venue.reset_second >= seconds_per_day)
    return fail(ErrorCode::usage, "a time of the day is before 24:00");
  return {};
}

Result<std::unique_ptr<VenueStore>> VenueStore::open(const std::filesystem::path& home, bool create) {
  const std::filesystem::path directory = home / "fix" / "venues";
  if (!create && !has_table(directory)) {
    return fail(ErrorCode::not_found, "there is no venue",
                "add one: trade route add VENUE --host HOST --port PORT");
  }
  auto table = open_table(directory, "venues", std::size_t{8} << 20);
  if (!table) return pass_on(std::move(table));
  std::unique_ptr<VenueStore> venues(new VenueStore);
  venues->environment_ = std::move(table->environment);
  venues->venues_ = table->database;
  return venues;
}

Status VenueStore::put(const VenueSession& venue) {
  if (Status fits = check_venue_session(venue); !fits) return fits;
  const std::vector<std::byte> value = encode(venue);
  return environment_->write([&](store::Transaction& transaction) -> Status {
    auto count = transaction.count(venues_);
    if (!count) return pass_on(std::move(count));
    auto there = transaction.get(venues_, store::Key().text(venue.name));
    if (!there) return pass_on(std::move(there));
    if (!*there && *count >= venues_max)
      return fail(ErrorCode::rejected, "there are 1000 venues, and no more are kept");
    return transaction.put(venues_, store::Key().text(venue.name), value);
  });
}

Result<std::vector<VenueSession>> VenueStore::list() {
  auto transaction = environment_->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  std::vector<VenueSession> venues;
  const auto take = [&](store::KeyReader key, store::Bytes value) -> Status {
    auto venue = decode(key.text(), value);
    if (!venue || !key.ok()) return damaged(*environment_);
    venues.push_back(std::move(*venue));
    return {};
  };
  if (Status read = store::for_each_row(*transaction, venues_, take); !read) return pass_on(std::move(read));
  return venues;
}

Result<std::optional<VenueSession>> VenueStore::find(std::string_view name) {
  auto transaction = environment_->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  auto value = transaction->get(venues_, store::Key().text(name));
  if (!value) return pass_on(std::move(value));
  if (!*value) return std::optional<VenueSession>();
  auto venue = decode(std::string(name), **value);
  if (!venue) return damaged(*environment_);
  return venue;
}

Status VenueStore::remove(std::string_view name) {
  return environment_->write([&](store::Transaction& transaction) -> Status {
    auto removed = transaction.remove(venues_, store::Key().text(name));
    if (!removed) return pass_on(std::move(removed));
    if (*removed) return {};
    return fail_named(ErrorCode::not_found, "unknown_venue",
                      "no venue '" + std::string(name.substr(0, 64)) + "'",
                      "'trade route list' shows those there are");
  });
}

}  // namespace trade::access
