#include "core/strict_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"

namespace cellwise {
namespace {

using nlohmann::json;

/// Makes the document of the parser's events, and refuses what the grammar allows and we do not.
///
/// The library's own parse with a callback could do the same, but looks through an object's or array's
/// members at the end of each that is an object: ten thousand of them would take half a minute.
class Builder : public json::json_sax_t {
public:
    Builder(std::string_view origin, int most_depth)
        : origin_(origin), most_depth_(static_cast<std::size_t>(most_depth)) {}

    json document;

    bool start_object(std::size_t) override { return open(json::object()); }
    bool start_array(std::size_t) override { return open(json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override {
        const auto [member, is_new] = open_.back()->get_ref<json::object_t&>().try_emplace(name);
        if (!is_new) throw DataError(fmt::format("{}: the JSON key '{}' stands twice in one object", origin_, name));
        member_ = &member->second;
        return true;
    }
    bool null() override { return add(nullptr); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(number_integer_t value) override { return add(value); }
    bool number_unsigned(number_unsigned_t value) override { return add(value); }
    bool number_float(number_float_t value, const string_t&) override { return add(value); }
    bool string(string_t& value) override { return add(std::move(value)); }
    bool binary(binary_t& value) override { return add(std::move(value)); }
    bool parse_error(std::size_t byte, const std::string&, const json::exception&) override {
        throw DataError(fmt::format("{}: not valid JSON at byte {}", origin_, byte));
    }

private:
    // Where the next value belongs: the document, the end of a list, or the member whose key was last.
    json& place(json value) {
        if (open_.empty()) return document = std::move(value);
        if (!open_.back()->is_array()) return *member_ = std::move(value);
        open_.back()->push_back(std::move(value));
        return open_.back()->back();
    }
    bool add(json value) {
        place(std::move(value));
        return true;
    }
    bool open(json value) {
        if (open_.size() >= most_depth_) {
            throw DataError(fmt::format("{}: JSON nested deeper than {} levels", origin_, most_depth_));
        }
        open_.push_back(&place(std::move(value)));
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    std::string_view origin_;
    std::size_t most_depth_;
    std::vector<json*> open_;  // outermost first; a list does not grow while a part of it is open
    json* member_ = nullptr;
};

}  // namespace

json parse_strict_json(std::string_view text, std::string_view origin, int most_depth) {
    Builder builder(origin, most_depth);
    json::sax_parse(text, &builder);
    return std::move(builder.document);
}

}  // namespace cellwise
