"""One file per live block: which sliders a worked example has, and how its result is shown."""

from importlib import import_module
from typing import TYPE_CHECKING

from content.markup import Live

if TYPE_CHECKING:
    from tui.widgets.live_block import LiveBlock

BLOCKS = {
    "imitation": "tui.live.imitation:ImitationBlock",
    "optimal-policy": "tui.live.optimal_policy:OptimalPolicyBlock",
    "bradley-terry": "tui.live.bradley_terry:BradleyTerryBlock",
    "ppo-clip": "tui.live.ppo_clip:PPOClipBlock",
    "dpo": "tui.live.dpo:DPOBlock",
    "implicit-reward": "tui.live.implicit_reward:ImplicitRewardBlock",
    "reinforce-variance": "tui.live.reinforce_variance:ReinforceVarianceBlock",
    "gae": "tui.live.gae:GAEBlock",
    "ranking-pairs": "tui.live.ranking_pairs:RankingPairsBlock",
    "reward-loss": "tui.live.reward_loss:RewardLossBlock",
    "overoptimisation": "tui.live.overoptimisation:OveroptimisationBlock",
    "beta-table": "tui.live.beta_table:BetaTableBlock",
    "kl-convergence": "tui.live.kl_convergence:KLConvergenceBlock",
    "group-advantages": "tui.live.group_advantages:GroupAdvantagesBlock",
    "displacement": "tui.live.displacement:DisplacementBlock",
    "preference-losses": "tui.live.preference_losses:PreferenceLossesBlock",
    "best-of-n-policy": "tui.live.best_of_n_policy:BestOfNPolicyBlock",
    "reward-kl-plane": "tui.live.reward_kl_plane:RewardKLPlaneBlock",
    "position-bias": "tui.live.position_bias:PositionBiasBlock",
    "votes": "tui.live.votes:VotesBlock",
    "filter-yield": "tui.live.filter_yield:FilterYieldBlock",
    "process-outcome": "tui.live.process_outcome:ProcessOutcomeBlock",
    "self-training": "tui.live.self_training:SelfTrainingBlock",
    "lora-parameters": "tui.live.lora_parameters:LoRAParametersBlock",
    "lora-stages": "tui.live.lora_stages:LoRAStagesBlock",
    "win-rate": "tui.live.win_rate:WinRateBlock",
    "pass-at-k": "tui.live.pass_at_k:PassAtKBlock",
    "length-controlled": "tui.live.length_controlled:LengthControlledBlock",
    "noise-ceiling": "tui.live.noise_ceiling:NoiseCeilingBlock",
}


def build(live: Live) -> "LiveBlock":
    """The block that a chapter asks for. Raises KeyError for a name that no block has."""
    module, name = BLOCKS[live.formula].split(":")
    block: LiveBlock = getattr(import_module(module), name)(live)
    return block
