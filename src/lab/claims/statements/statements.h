#pragma once

#include "lab/claims/claim.h"
#include "lab/claims/laboratory.h"

namespace cellwise::lab {

// One claim in each file of this folder: its statement, what is measured for it, and the rule of its verdict.
// What several of them share, their experiments, lies in the folder above.
[[nodiscard]] Claim lstm_beats_rnn();
[[nodiscard]] Claim gru_close_to_lstm_accuracy();
[[nodiscard]] Claim gru_close_to_lstm_parameters();
[[nodiscard]] Claim gru_close_to_lstm_time();
[[nodiscard]] Claim gru_better_on_small_data();
[[nodiscard]] Claim gru_similar_or_better_on_small_data();
[[nodiscard]] Claim lstm_stablest_on_long_sequences_vs_rnn();
[[nodiscard]] Claim lstm_stablest_on_long_sequences_vs_gru();
[[nodiscard]] Claim vanishing_gradients_rnn_untrained();
[[nodiscard]] Claim vanishing_gradients_lstm_untrained();
[[nodiscard]] Claim vanishing_gradients_gru_untrained();
[[nodiscard]] Claim vanishing_gradients_rnn_trained();
[[nodiscard]] Claim vanishing_gradients_lstm_trained();
[[nodiscard]] Claim vanishing_gradients_gru_trained();
[[nodiscard]] Claim early_words_fade_rnn();
[[nodiscard]] Claim early_words_stay_lstm();
[[nodiscard]] Claim early_words_stay_gru();
[[nodiscard]] Claim early_words_fade_less_in_lstm_than_rnn();
[[nodiscard]] Claim early_words_fade_less_in_gru_than_rnn();
[[nodiscard]] Claim exploding_gradients_break_training_times_1_5();
[[nodiscard]] Claim exploding_gradients_break_training_times_2();
[[nodiscard]] Claim exploding_gradients_break_training_times_3();
[[nodiscard]] Claim clipping_repairs_exploding_gradients_times_1_5();
[[nodiscard]] Claim clipping_repairs_exploding_gradients_times_2();
[[nodiscard]] Claim clipping_repairs_exploding_gradients_times_3();
[[nodiscard]] Claim clipping_helps_the_tutorials_rnn();
[[nodiscard]] Claim l2_shrinks_weights();
[[nodiscard]] Claim l2_leaves_no_zeros();
[[nodiscard]] Claim l2_narrows_the_train_test_gap();
[[nodiscard]] Claim batch_norm_speeds_training();
[[nodiscard]] Claim batch_norm_steadies_training();
[[nodiscard]] Claim batch_norm_reduces_overfitting();
[[nodiscard]] Claim batch_norm_before_or_after_activation();
[[nodiscard]] Claim weight_decay_idle_at_inference();
[[nodiscard]] Claim batch_norm_acts_at_inference();
[[nodiscard]] Claim l2_with_batch_norm_beats_l2();
[[nodiscard]] Claim l2_with_batch_norm_beats_batch_norm();

}  // namespace cellwise::lab
