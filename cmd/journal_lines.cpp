#include "journal_lines.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "journal_directory.hpp"

namespace trade::cmd {

namespace {

constexpr std::size_t line_bytes_max = 1u << 20;

/// A word for the shell that popen() uses.
std::string shell_quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text)
    result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

format::Json event_json(const wire::Batch& batch, std::size_t command, const Event& event,
                        const format::NameDirectory& names) {
  format::Json line;
  line["kind"] = "event";
  line["batch"] = batch.header.batch;
  line["command"] = batch.header.first_command + command;
  line.update(format::json_of(event, names));
  return line;
}

format::Json state_json(const wire::Batch& batch) {
  format::Json line;
  line["kind"] = "state";
  line["batch"] = batch.header.batch;
  line["sequence"] = batch.last_sequence();
  line["state_hash"] = format_hash(batch.header.state_hash);
  return line;
}

format::Json command_json(const wire::Batch& batch, std::size_t command, const format::NameDirectory& names) {
  format::Json line;
  line["kind"] = "command";
  line["batch"] = batch.header.batch;
  line["command"] = batch.header.first_command + command;
  line.update(format::json_of(batch.commands[command], names));
  return line;
}

}  // namespace

std::string batch_lines(const wire::Batch& batch, format::NameDirectory& names) {
  std::string text;
  std::size_t next_event = 0;
  for (std::size_t i = 0; i < batch.commands.size(); ++i) {
    text += format::text_of(command_json(batch, i, names)) + '\n';
    for (std::uint32_t j = 0; j < batch.events_per_command[i] && next_event < batch.events.size();
         ++j, ++next_event) {
      names.learn(batch.events[next_event]);
      text += format::text_of(event_json(batch, i, batch.events[next_event], names)) + '\n';
    }
  }
  return text;
}

std::string state_line(const wire::Batch& batch) {
  return format::text_of(state_json(batch)) + '\n';
}

std::string EventDifference::text() const {
  const std::string where =
      command_number == 0 ? "batch " + std::to_string(batch) : "command " + std::to_string(command_number);
  if (there.is_null()) return where + ": here also " + format::text_of(here);
  if (here.is_null()) return where + ": there also " + format::text_of(there);
  std::string text = where + ", event " + here.value("sequence", format::Json(nullptr)).dump();
  if (here.contains("type")) text += " (" + here["type"].get<std::string>() + ")";
  std::string fields;
  for (const auto& [name, value] : here.items()) {
    const format::Json other = there.value(name, format::Json("absent"));
    if (other != value)
      fields += (fields.empty() ? ": " : "; ") + name + " there " + other.dump() + ", here " + value.dump();
  }
  for (const auto& [name, value] : there.items()) {
    if (!here.contains(name))
      fields += (fields.empty() ? ": " : "; ") + name + " there " + value.dump() + ", here absent";
  }
  return text + fields;
}

Result<OtherEvents> OtherEvents::open_file(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "re");
  if (file == nullptr) return fail(ErrorCode::not_found, "cannot read " + path + ": " + std::strerror(errno));
  return OtherEvents(file, std::fclose, path);
}

Result<OtherEvents> OtherEvents::run(const std::string& binary, const std::string& directory) {
  const std::string command =
      shell_quoted(binary) + " replay journal --quiet --write-events - " + shell_quoted(directory);
  std::FILE* file = ::popen(command.c_str(), "re");
  if (file == nullptr) return fail(ErrorCode::internal, "cannot run " + binary + ": " + std::strerror(errno));
  return OtherEvents(file, ::pclose, binary);
}

Result<std::optional<format::Json>> OtherEvents::next() {
  if (put_back_) return std::exchange(put_back_, std::nullopt);
  if (file_ == nullptr) return std::optional<format::Json>();
  std::string text;
  std::array<char, 4'096> part{};
  while (std::fgets(part.data(), static_cast<int>(part.size()), file_.get()) != nullptr) {
    text += part.data();
    // A zero byte ends what fgets gives, and is in no event.
    if (text.size() > line_bytes_max || part.front() == '\0') break;
    if (!text.ends_with('\n')) continue;
    ++line_;
    format::Json line = format::Json::parse(text, nullptr, false);
    text.clear();
    const auto named = line.is_object() ? line.find("kind") : line.end();
    const std::string kind = named != line.end() && named->is_string() ? named->get<std::string>() : "";
    if (kind == "event" || kind == "state") return line;
    if (kind == "command") continue;
    return fail(ErrorCode::usage, name_ + ": line " + std::to_string(line_) + " is no event",
                "the lines are those of 'trade replay journal --write-events'");
  }
  if (!text.empty() || (!std::feof(file_.get()) && part.front() == '\0')) {
    return fail(ErrorCode::usage, name_ + ": line " + std::to_string(line_ + 1) +
                                      " is cut off, longer than an event can be, or no text");
  }
  const Close close = file_.get_deleter();
  if (close(file_.release()) != 0) {
    return fail(ErrorCode::internal, name_ + " failed",
                "can it replay the journal by itself, with --write-events?");
  }
  return std::optional<format::Json>();
}

Result<std::optional<EventDifference>> OtherEvents::compare(const wire::Batch& batch,
                                                            format::NameDirectory& names) {
  std::size_t next_event = 0;
  for (std::size_t i = 0; i < batch.commands.size(); ++i) {
    const auto different = [&](format::Json there, format::Json here) {
      return EventDifference{batch.header.batch, batch.header.first_command + i,
                             command_json(batch, i, names), std::move(there), std::move(here)};
    };
    for (std::uint32_t j = 0; j < batch.events_per_command[i]; ++j, ++next_event) {
      names.learn(batch.events[next_event]);
      format::Json here = event_json(batch, i, batch.events[next_event], names);
      Result<std::optional<format::Json>> there = next();
      if (!there) return pass_on(std::move(there));
      if (!*there) return different(nullptr, std::move(here));
      const bool same_command =
          (**there).value("kind", "") == "event" && (**there)["command"] == here["command"];
      if (!same_command) return different(nullptr, std::move(here));
      if (**there != here) return different(**std::move(there), std::move(here));
    }
    Result<std::optional<format::Json>> more = next();
    if (!more) return pass_on(std::move(more));
    if (*more && (**more).value("kind", "") == "event" &&
        (**more)["command"] == batch.header.first_command + i)
      return different(**std::move(more), nullptr);
    put_back_ = *std::move(more);
  }
  // A dump has no states: then the events alone are compared.
  Result<std::optional<format::Json>> state = next();
  if (!state) return pass_on(std::move(state));
  if (*state && (**state).value("kind", "") == "state") {
    format::Json here = state_json(batch);
    if (**state == here) return std::optional<EventDifference>();
    return EventDifference{batch.header.batch, 0, nullptr, **std::move(state), std::move(here)};
  }
  put_back_ = *std::move(state);
  return std::optional<EventDifference>();
}

Result<std::optional<EventDifference>> OtherEvents::finish() {
  Result<std::optional<format::Json>> more = next();
  if (!more) return pass_on(std::move(more));
  if (*more) {
    const std::uint64_t batch = (**more).value("batch", std::uint64_t{0});
    const std::uint64_t command = (**more).value("command", std::uint64_t{0});
    return EventDifference{batch, command, nullptr, **std::move(more), nullptr};
  }
  return std::optional<EventDifference>();
}

}  // namespace trade::cmd
