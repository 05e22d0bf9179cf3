"""What people keep for themselves and for their body: the filters of lists and statistics."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sme_match.db.base import Base


class SavedView(Base):
    """A page with the filter it was shown with, under a name: its address is the filter."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("user_id", "path", "name"), Index(None, "body_id", "path"))

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    path: Mapped[str] = mapped_column(String(200))
    """Below the place where the service is mounted."""
    query: Mapped[str] = mapped_column(String(1000))
    name: Mapped[str] = mapped_column(String(60))
    shared: Mapped[bool] = mapped_column(default=False)
    """Whether everybody of the body finds it on the page."""
    created_at: Mapped[datetime]
