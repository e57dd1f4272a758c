"""First data of the registry: the catalogue's images."""

from backend.stack.components.context import Context
from backend.stack.seed.catalogue import REPOSITORIES, attachments, build, tags
from backend.stack.seed.push import Pusher
from backend.stack.seed.tell import Tell


async def seed_registry(context: Context, tell: Tell) -> None:
    """Push every tag of the catalogue that is not there yet.

    Only tags that are missing altogether are pushed: one somebody moved stays.
    """
    wanted = [
        (entry.name, tag, version) for entry in REPOSITORIES for tag, version in tags(entry).items()
    ]
    async with Pusher(context.url("registry", "http")) as pusher:
        for number, (name, tag, version) in enumerate(wanted):
            if await pusher.tag_digest(name, tag) is None:
                tell(number / len(wanted), f"pushing {name}:{tag}")
                await pusher.push(name, tag, build(name, version))
        for name, tag, image in attachments():
            await pusher.push(name, tag, image)
