// Whole messages, and others made of them: what a ResendRequest is answered with, from the messages as they
// were sent. Valid C++14 and later.
#pragma once

#include <string>

namespace trade {
namespace fix {

/// MsgSeqNum of a whole message; 0 where it has none.
int sequence_of(const std::string& bytes);
/// MsgType of a whole message.
std::string type_of(const std::string& bytes);

/// Whether a message is sent again when it is asked for. In place of one that is not stands a gap fill: those
/// of the session itself, and market data, which is of no use later.
bool is_sent_again(const std::string& type);

/// The message with 43=Y, its SendingTime as 122 and `now` in its place. Every other field is the same, byte
/// by byte, in the same order.
std::string sent_again(const std::string& bytes, const std::string& now);

/// The message with the first field of each tag alone, and without those that are empty: of repeating groups
/// only the first entry is left.
std::string without_repeats(const std::string& bytes);

/// Who speaks to whom: of the header.
struct Route {
  std::string version;
  std::string sender;
  std::string target;
};

/// SequenceReset with GapFillFlag in place of `first` up to `next`, which is not one of them.
std::string gap_fill(const Route& route, int first, int next, const std::string& now);

}  // namespace fix
}  // namespace trade
