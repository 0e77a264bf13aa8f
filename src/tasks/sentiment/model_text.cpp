#include "tasks/sentiment/model_text.h"

#include <utility>

#include "settings/setting_text.h"

namespace cellwise::sentiment {

void parse(std::string_view text, std::string_view, std::vector<Cell>& value) {
    std::vector<Cell> cells;
    for (const auto& part : settings::split(text)) cells.push_back(parse_cell(part));
    value = std::move(cells);
}

void parse(std::string_view text, std::string_view, std::vector<models::RecurrentOptions>& value) {
    std::vector<models::RecurrentOptions> layers;
    if (!text.empty()) {
        for (const auto& part : settings::split(text)) layers.push_back(models::parse_layer(part));
    }
    value = std::move(layers);
}

void parse(std::string_view text, std::string_view, models::GruReset& value) { value = models::parse_gru_reset(text); }
void parse(std::string_view text, std::string_view, models::Engine& value) { value = models::parse_engine(text); }

std::string format(const std::vector<Cell>& value) {
    std::string text;
    for (const Cell cell : value) {
        if (!text.empty()) text += ',';
        text += cell_name(cell);
    }
    return text;
}

std::string format(const std::vector<models::RecurrentOptions>& value) {
    std::string text;
    for (const auto& layer : value) {
        if (!text.empty()) text += ',';
        text += models::format_layer(layer);
    }
    return text;
}

std::string format(models::GruReset value) { return std::string(models::gru_reset_name(value)); }
std::string format(models::Engine value) { return std::string(models::engine_name(value)); }

}  // namespace cellwise::sentiment
