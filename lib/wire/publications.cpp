#include <variant>

#include "wire/encoder.hpp"

namespace trade::wire {

namespace {

Offset<schema::BatchPublished> write(Writer& writer, const BatchPublished& publication) {
  return schema::CreateBatchPublished(writer.builder, publication.batch, publication.last_sequence);
}
Offset<schema::QuotePublished> write(Writer& writer, const QuotePublished& publication) {
  return schema::CreateQuotePublished(writer.builder, write_view(writer, publication.quote));
}
Offset<schema::DepthPublished> write(Writer& writer, const DepthPublished& publication) {
  return schema::CreateDepthPublished(writer.builder, write_view(writer, publication.depth));
}
Offset<schema::TapePublished> write(Writer& writer, const TapePublished& publication) {
  return schema::CreateTapePublished(writer.builder, write_view(writer, publication.entry));
}

PublicationBody read(Checker&, const schema::BatchPublished& table) {
  return BatchPublished{.batch = table.batch(), .last_sequence = table.last_sequence()};
}
PublicationBody read(Checker& check, const schema::QuotePublished& table) {
  if (!check.present(table.quote(), "quote")) return {};
  return QuotePublished{.quote = read_view(check, *table.quote())};
}
PublicationBody read(Checker& check, const schema::DepthPublished& table) {
  if (!check.present(table.depth(), "depth")) return {};
  return DepthPublished{.depth = read_view(check, *table.depth())};
}
PublicationBody read(Checker& check, const schema::TapePublished& table) {
  if (!check.present(table.entry(), "entry")) return {};
  return TapePublished{.entry = read_view(check, *table.entry())};
}

template <class Table>
PublicationBody read_as(Checker& check, const schema::Publication& publication) {
  check.enter(schema::EnumNamePublicationBody(schema::PublicationBodyTraits<Table>::enum_value));
  const auto* table = static_cast<const Table*>(publication.body());
  return check.present(table, "body") ? read(check, *table) : PublicationBody{};
}

PublicationBody read_publication(Checker& check, const schema::Publication& publication) {
  using Type = schema::PublicationBody;
  switch (publication.body_type()) {
    case Type::BatchPublished:
      return read_as<schema::BatchPublished>(check, publication);
    case Type::QuotePublished:
      return read_as<schema::QuotePublished>(check, publication);
    case Type::DepthPublished:
      return read_as<schema::DepthPublished>(check, publication);
    case Type::TapePublished:
      return read_as<schema::TapePublished>(check, publication);
    case Type::NONE:
      break;
  }
  check.enter("Publication");
  check.refuse_value("body", static_cast<std::int64_t>(publication.body_type()),
                     "this is no kind of publication");
  return {};
}

}  // namespace

Bytes Encoder::encode(const PublicationBody& publication) {
  Writer& writer = state_->writer;
  writer.start();
  return std::visit(
      [&writer](const auto& body) {
        const auto value = in_union<schema::PublicationBodyTraits>(write(writer, body));
        schema::PublicationBuilder table(writer.builder);
        table.add_body(value.value);
        table.add_body_type(value.type);
        return writer.finish(table.Finish());
      },
      publication);
}

Result<PublicationBody> decode_publication(Bytes frame) {
  return decode_frame<PublicationBody, schema::Publication>(frame, read_publication);
}

}  // namespace trade::wire
