#include "tradingd/calendar_note.hpp"

#include <fstream>
#include <span>
#include <string>
#include <string_view>

#include "store/files.hpp"

namespace trade::tradingd {

namespace {

using sequencer::Calendar;

std::filesystem::path note_in(const std::filesystem::path& journal) {
  return journal / "calendar";
}

std::string_view name_of(Calendar calendar) {
  return calendar == Calendar::us ? "us" : "always";
}

}  // namespace

std::optional<Calendar> noted_calendar(const std::filesystem::path& journal) {
  std::ifstream file(note_in(journal));
  std::string name;
  if (!std::getline(file, name)) return std::nullopt;
  for (const Calendar calendar : {Calendar::always, Calendar::us}) {
    if (name == name_of(calendar)) return calendar;
  }
  return std::nullopt;
}

Status note_calendar(const std::filesystem::path& journal, Calendar calendar) {
  const std::string line = std::string(name_of(calendar)) + "\n";
  return store::write_file_durably(note_in(journal), {std::as_bytes(std::span(line))});
}

}  // namespace trade::tradingd
