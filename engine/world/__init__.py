"""The grammar tutor: a world of English verb forms small enough that a rule can judge every answer exactly."""
