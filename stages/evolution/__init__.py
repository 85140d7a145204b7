"""evolution: a search for weights of behaviours under which users are like people and as varied (after PPol)."""

from stages.evolution.fitness import Fitness as Fitness
from stages.evolution.fitness import Measured as Measured
from stages.evolution.language_proposer import LanguageProposer as LanguageProposer
from stages.evolution.search import Elite as Elite
from stages.evolution.search import Mutation as Mutation
from stages.evolution.search import Proposer as Proposer
from stages.evolution.search import search as search
