#include "core/strict_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/error.h"

namespace cellwise {
namespace {

/// Takes the parser's events to see what the grammar allows and we do not.
///
/// The library's own parse with a callback could do the same, but looks through an object's or array's
/// members at the end of each that is an object: ten thousand of them would take half a minute.
class Checker : public nlohmann::json_sax<nlohmann::json> {
public:
    Checker(std::string_view origin, int most_depth) : origin_(origin), most_depth_(most_depth) {}

    bool start_object(std::size_t) override { return open(); }
    bool start_array(std::size_t) override { return open(); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override {
        if (!keys_.back().insert(name).second) {
            throw DataError(fmt::format("{}: the JSON key '{}' stands twice in one object", origin_, name));
        }
        return true;
    }
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool parse_error(std::size_t byte, const std::string&, const nlohmann::json::exception&) override {
        throw DataError(fmt::format("{}: not valid JSON at byte {}", origin_, byte));
    }

private:
    bool open() {
        if (keys_.size() >= static_cast<std::size_t>(most_depth_)) {
            throw DataError(fmt::format("{}: JSON nested deeper than {} levels", origin_, most_depth_));
        }
        keys_.emplace_back();
        return true;
    }
    bool close() {
        keys_.pop_back();
        return true;
    }

    std::string_view origin_;
    int most_depth_;
    std::vector<std::set<std::string>> keys_;  // of the objects and (without any) arrays that are open, outermost first
};

}  // namespace

nlohmann::json parse_strict_json(std::string_view text, std::string_view origin, int most_depth) {
    Checker checker(origin, most_depth);
    nlohmann::json::sax_parse(text, &checker);
    try {
        return nlohmann::json::parse(text);
    } catch (const nlohmann::json::exception& error) {
        throw DataError(fmt::format("{}: not valid JSON: {}", origin, error.what()));
    }
}

}  // namespace cellwise
