"""First tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('jobs',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=80), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=True),
    sa.Column('owner_id', sa.Uuid(), nullable=True),
    sa.Column('payload', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('state', sa.Enum('queued', 'running', 'done', 'failed', 'cancelled', name='state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=True),
    sa.Column('failed', sa.Integer(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('cancel_requested', sa.Boolean(), nullable=False),
    sa.Column('error', sa.String(length=2000), nullable=True),
    sa.Column('result', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql'), nullable=True),
    sa.Column('lease', sa.Uuid(), nullable=True),
    sa.Column('run_after', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_jobs'))
    )
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.create_index('ix_jobs_finished_at', ['finished_at'], unique=False)
        batch_op.create_index('ix_jobs_owner_id', ['owner_id', 'id'], unique=False)
        batch_op.create_index('ix_jobs_live', ['run_after', 'kind'], unique=False, sqlite_where=sa.text("state IN ('queued', 'running')"), postgresql_where=sa.text("state IN ('queued', 'running')"))
        batch_op.create_index('uq_jobs_kind_key', ['kind', 'key'], unique=True, sqlite_where=sa.text("state IN ('queued', 'running')"), postgresql_where=sa.text("state IN ('queued', 'running')"))

    op.create_table('model_versions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('model_name', sa.String(length=63), nullable=False),
    sa.Column('version', sa.String(length=50), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('manifest', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_model_versions')),
    sa.UniqueConstraint('model_name', 'version', name=op.f('uq_model_versions_model_name_version'))
    )
    with op.batch_alter_table('model_versions', schema=None) as batch_op:
        batch_op.create_index('uq_model_versions_active', ['model_name'], unique=True, sqlite_where=sa.text('is_active'), postgresql_where=sa.text('is_active'))

    op.create_table('outbox',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('subscriber', sa.String(length=80), nullable=False),
    sa.Column('fact', sa.String(length=80), nullable=False),
    sa.Column('payload', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('run_after', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('parked', sa.Boolean(), nullable=False),
    sa.Column('error', sa.String(length=2000), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_subscriber', ['subscriber', 'id'], unique=False)

    op.create_table('schedules',
    sa.Column('kind', sa.String(length=80), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('job_id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'due_at', name=op.f('pk_schedules'))
    )
    op.create_table('users',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('guest', 'user', 'expert', 'admin', name='role', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('password_hash', sa.String(length=255), nullable=True),
    sa.Column('must_change_password', sa.Boolean(), nullable=False),
    sa.Column('consent', sa.Enum('none', 'store', 'train', name='consent', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("closed_at IS NOT NULL OR ((role = 'guest') = (email IS NULL) AND (email IS NULL) = (password_hash IS NULL))", name=op.f('ck_users_guest_or_credentials')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_users')),
    sa.UniqueConstraint('email', name=op.f('uq_users_email'))
    )
    op.create_table('api_keys',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('start', sa.String(length=12), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('scopes', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_api_keys_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_keys')),
    sa.UniqueConstraint('sha256', name=op.f('uq_api_keys_sha256'))
    )
    with op.batch_alter_table('api_keys', schema=None) as batch_op:
        batch_op.create_index('ix_api_keys_user_id', ['user_id', 'id'], unique=False)

    op.create_table('consent_changes',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('choice', sa.Enum('none', 'store', 'train', name='choice', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('text_version', sa.String(length=20), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_consent_changes_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent_changes'))
    )
    with op.batch_alter_table('consent_changes', schema=None) as batch_op:
        batch_op.create_index('ix_consent_changes_user_id', ['user_id', 'id'], unique=False)

    op.create_table('daily_classes',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('model', sa.String(length=64), nullable=False),
    sa.Column('model_version', sa.String(length=64), nullable=False),
    sa.Column('class_name', sa.String(length=255), nullable=False),
    sa.Column('owner_id', sa.Uuid(), nullable=True),
    sa.Column('predictions', sa.Integer(), nullable=False),
    sa.Column('feedback', sa.Integer(), nullable=False),
    sa.Column('correct', sa.Integer(), nullable=False),
    sa.Column('incorrect', sa.Integer(), nullable=False),
    sa.Column('confidence', sa.BigInteger(), nullable=False),
    sa.Column('confidence_correct', sa.BigInteger(), nullable=False),
    sa.Column('confidence_incorrect', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_daily_classes_owner_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_daily_classes'))
    )
    with op.batch_alter_table('daily_classes', schema=None) as batch_op:
        batch_op.create_index('uq_daily_classes_all', ['day', 'model', 'model_version', 'class_name'], unique=True, sqlite_where=sa.text('owner_id IS NULL'), postgresql_where=sa.text('owner_id IS NULL'))
        batch_op.create_index('uq_daily_classes_owner', ['owner_id', 'day', 'model', 'model_version', 'class_name'], unique=True, sqlite_where=sa.text('owner_id IS NOT NULL'), postgresql_where=sa.text('owner_id IS NOT NULL'))

    op.create_table('daily_models',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('model', sa.String(length=64), nullable=False),
    sa.Column('model_version', sa.String(length=64), nullable=False),
    sa.Column('owner_id', sa.Uuid(), nullable=True),
    sa.Column('predictions', sa.Integer(), nullable=False),
    sa.Column('refused', sa.Integer(), nullable=False),
    sa.Column('feedback', sa.Integer(), nullable=False),
    sa.Column('correct', sa.Integer(), nullable=False),
    sa.Column('incorrect', sa.Integer(), nullable=False),
    sa.Column('satisfied', sa.Integer(), nullable=False),
    sa.Column('unsatisfied', sa.Integer(), nullable=False),
    sa.Column('inference_us', sa.BigInteger(), nullable=False),
    sa.Column('lowest_us', sa.BigInteger(), nullable=True),
    sa.Column('highest_us', sa.BigInteger(), nullable=True),
    sa.Column('times', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_daily_models_owner_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_daily_models'))
    )
    with op.batch_alter_table('daily_models', schema=None) as batch_op:
        batch_op.create_index('uq_daily_models_all', ['day', 'model', 'model_version'], unique=True, sqlite_where=sa.text('owner_id IS NULL'), postgresql_where=sa.text('owner_id IS NULL'))
        batch_op.create_index('uq_daily_models_owner', ['owner_id', 'day', 'model', 'model_version'], unique=True, sqlite_where=sa.text('owner_id IS NOT NULL'), postgresql_where=sa.text('owner_id IS NOT NULL'))

    op.create_table('photos',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('owner_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(length=512), nullable=False),
    sa.Column('thumb_key', sa.String(length=512), nullable=True),
    sa.Column('content_type', sa.String(length=100), nullable=False),
    sa.Column('size_bytes', sa.Integer(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('orientation', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('quality', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_photos_owner_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_photos')),
    sa.UniqueConstraint('key', name=op.f('uq_photos_key'))
    )
    with op.batch_alter_table('photos', schema=None) as batch_op:
        batch_op.create_index('ix_photos_owner_id', ['owner_id'], unique=False)
        batch_op.create_index('ix_photos_sha256', ['sha256'], unique=False)

    op.create_table('predictions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('owner_id', sa.Uuid(), nullable=True),
    sa.Column('consent', sa.Enum('none', 'store', 'train', name='consent', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('model', sa.String(length=64), nullable=False),
    sa.Column('model_version', sa.String(length=64), nullable=False),
    sa.Column('class_id', sa.Integer(), nullable=True),
    sa.Column('class_name', sa.String(length=255), nullable=True),
    sa.Column('confidence', sa.Double(), nullable=True),
    sa.Column('refusal', sa.Enum('no_plant', 'unknown_crop', 'not_in_pack', 'unusable_photo', name='refusal', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('said', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('probabilities', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('inference_ms', sa.Double(), nullable=False),
    sa.Column('processing_s', sa.Double(), nullable=False),
    sa.Column('user_location', sa.String(length=255), nullable=True),
    sa.Column('latitude', sa.Double(), nullable=True),
    sa.Column('longitude', sa.Double(), nullable=True),
    sa.Column('feedback', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql'), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(owner_id IS NULL) = (consent = 'none')", name=op.f('ck_predictions_kept_has_owner')),
    sa.CheckConstraint("owner_id IS NOT NULL OR (latitude IS NULL AND user_location IS NULL AND consent = 'none')", name=op.f('ck_predictions_ownerless_has_no_place')),
    sa.CheckConstraint('refusal IS NOT NULL OR (class_id IS NOT NULL AND confidence IS NOT NULL)', name=op.f('ck_predictions_answered')),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_predictions_owner_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_predictions'))
    )
    with op.batch_alter_table('predictions', schema=None) as batch_op:
        batch_op.create_index('ix_predictions_owner', ['owner_id', 'id'], unique=False)
        batch_op.create_index('ix_predictions_owner_class', ['owner_id', 'class_name', 'id'], unique=False, sqlite_where=sa.text('owner_id IS NOT NULL AND class_name IS NOT NULL'), postgresql_where=sa.text('owner_id IS NOT NULL AND class_name IS NOT NULL'))
        batch_op.create_index('ix_predictions_owner_feedback', ['owner_id', 'id'], unique=False, sqlite_where=sa.text('owner_id IS NOT NULL AND feedback IS NOT NULL'), postgresql_where=sa.text('owner_id IS NOT NULL AND feedback IS NOT NULL'))
        batch_op.create_index('ix_predictions_owner_refused', ['owner_id', 'id'], unique=False, sqlite_where=sa.text('owner_id IS NOT NULL AND refusal IS NOT NULL'), postgresql_where=sa.text('owner_id IS NOT NULL AND refusal IS NOT NULL'))

    op.create_table('sessions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('client', sa.String(length=200), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_sessions_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sessions'))
    )
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.create_index('ix_sessions_expires_at', ['expires_at'], unique=False)
        batch_op.create_index('ix_sessions_user_id', ['user_id', 'id'], unique=False)

    op.create_table('dataset_items',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('model', sa.String(length=64), nullable=False),
    sa.Column('photo_id', sa.Uuid(), nullable=False),
    sa.Column('owner_id', sa.Uuid(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('class_id', sa.Integer(), nullable=False),
    sa.Column('class_name', sa.String(length=255), nullable=False),
    sa.Column('source', sa.Enum('original', 'feedback', 'app', 'manual', name='source', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('source_id', sa.Uuid(), nullable=True),
    sa.Column('feedback_id', sa.Uuid(), nullable=True),
    sa.Column('split', sa.Enum('train', 'val', 'test', 'pending', name='split', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('quality_score', sa.Double(), nullable=False),
    sa.Column('sharpness', sa.Double(), nullable=False),
    sa.Column('brightness', sa.Double(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_dataset_items_owner_id_users')),
    sa.ForeignKeyConstraint(['photo_id'], ['photos.id'], name=op.f('fk_dataset_items_photo_id_photos')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dataset_items')),
    sa.UniqueConstraint('sha256', 'model', name=op.f('uq_dataset_items_sha256_model'))
    )
    with op.batch_alter_table('dataset_items', schema=None) as batch_op:
        batch_op.create_index('ix_dataset_items_model', ['model', 'class_name', 'id'], unique=False)
        batch_op.create_index('ix_dataset_items_owner_id', ['owner_id'], unique=False)
        batch_op.create_index('ix_dataset_items_photo_id', ['photo_id'], unique=False)

    op.create_table('feedback',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('prediction_id', sa.Uuid(), nullable=False),
    sa.Column('owner_id', sa.Uuid(), nullable=True),
    sa.Column('is_correct', sa.Boolean(), nullable=True),
    sa.Column('satisfied', sa.Boolean(), nullable=True),
    sa.Column('correct_class_id', sa.Integer(), nullable=True),
    sa.Column('correct_class_name', sa.String(length=255), nullable=True),
    sa.Column('comment', sa.Text(), nullable=True),
    sa.Column('confidence_rating', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(correct_class_id IS NULL) = (correct_class_name IS NULL)', name=op.f('ck_feedback_whole_class')),
    sa.CheckConstraint('confidence_rating BETWEEN 1 AND 5', name=op.f('ck_feedback_confidence_rating')),
    sa.CheckConstraint('is_correct IS NOT NULL OR satisfied IS NOT NULL', name=op.f('ck_feedback_something_said')),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_feedback_owner_id_users')),
    sa.ForeignKeyConstraint(['prediction_id'], ['predictions.id'], name=op.f('fk_feedback_prediction_id_predictions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback')),
    sa.UniqueConstraint('prediction_id', name=op.f('uq_feedback_prediction_id'))
    )
    with op.batch_alter_table('feedback', schema=None) as batch_op:
        batch_op.create_index('ix_feedback_owner_id', ['owner_id', 'id'], unique=False)

    op.create_table('kept_answers',
    sa.Column('key_hash', sa.String(length=64), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('prediction_id', sa.Uuid(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['prediction_id'], ['predictions.id'], name=op.f('fk_kept_answers_prediction_id_predictions'), ondelete='CASCADE', initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('key_hash', name=op.f('pk_kept_answers'))
    )
    with op.batch_alter_table('kept_answers', schema=None) as batch_op:
        batch_op.create_index('ix_kept_answers_created_at', ['created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_kept_answers_prediction_id'), ['prediction_id'], unique=False)

    op.create_table('photo_holds',
    sa.Column('photo_id', sa.Uuid(), nullable=False),
    sa.Column('holder', sa.String(length=32), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['photo_id'], ['photos.id'], name=op.f('fk_photo_holds_photo_id_photos'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('photo_id', 'holder', 'subject_id', name=op.f('pk_photo_holds'))
    )
    with op.batch_alter_table('photo_holds', schema=None) as batch_op:
        batch_op.create_index('ix_photo_holds_subject', ['holder', 'subject_id', 'position'], unique=False)
        batch_op.create_index('ix_photo_holds_until', ['until'], unique=False)

    op.create_table('feedback_changes',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('feedback_id', sa.Uuid(), nullable=False),
    sa.Column('said', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['feedback_id'], ['feedback.id'], name=op.f('fk_feedback_changes_feedback_id_feedback'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_changes'))
    )
    with op.batch_alter_table('feedback_changes', schema=None) as batch_op:
        batch_op.create_index('ix_feedback_changes_feedback_id', ['feedback_id', 'id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('feedback_changes', schema=None) as batch_op:
        batch_op.drop_index('ix_feedback_changes_feedback_id')

    op.drop_table('feedback_changes')
    with op.batch_alter_table('photo_holds', schema=None) as batch_op:
        batch_op.drop_index('ix_photo_holds_until')
        batch_op.drop_index('ix_photo_holds_subject')

    op.drop_table('photo_holds')
    with op.batch_alter_table('kept_answers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_kept_answers_prediction_id'))
        batch_op.drop_index('ix_kept_answers_created_at')

    op.drop_table('kept_answers')
    with op.batch_alter_table('feedback', schema=None) as batch_op:
        batch_op.drop_index('ix_feedback_owner_id')

    op.drop_table('feedback')
    with op.batch_alter_table('dataset_items', schema=None) as batch_op:
        batch_op.drop_index('ix_dataset_items_photo_id')
        batch_op.drop_index('ix_dataset_items_owner_id')
        batch_op.drop_index('ix_dataset_items_model')

    op.drop_table('dataset_items')
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.drop_index('ix_sessions_user_id')
        batch_op.drop_index('ix_sessions_expires_at')

    op.drop_table('sessions')
    with op.batch_alter_table('predictions', schema=None) as batch_op:
        batch_op.drop_index('ix_predictions_owner_refused', sqlite_where=sa.text('owner_id IS NOT NULL AND refusal IS NOT NULL'), postgresql_where=sa.text('owner_id IS NOT NULL AND refusal IS NOT NULL'))
        batch_op.drop_index('ix_predictions_owner_feedback', sqlite_where=sa.text('owner_id IS NOT NULL AND feedback IS NOT NULL'), postgresql_where=sa.text('owner_id IS NOT NULL AND feedback IS NOT NULL'))
        batch_op.drop_index('ix_predictions_owner_class', sqlite_where=sa.text('owner_id IS NOT NULL AND class_name IS NOT NULL'), postgresql_where=sa.text('owner_id IS NOT NULL AND class_name IS NOT NULL'))
        batch_op.drop_index('ix_predictions_owner')

    op.drop_table('predictions')
    with op.batch_alter_table('photos', schema=None) as batch_op:
        batch_op.drop_index('ix_photos_sha256')
        batch_op.drop_index('ix_photos_owner_id')

    op.drop_table('photos')
    with op.batch_alter_table('daily_models', schema=None) as batch_op:
        batch_op.drop_index('uq_daily_models_owner', sqlite_where=sa.text('owner_id IS NOT NULL'), postgresql_where=sa.text('owner_id IS NOT NULL'))
        batch_op.drop_index('uq_daily_models_all', sqlite_where=sa.text('owner_id IS NULL'), postgresql_where=sa.text('owner_id IS NULL'))

    op.drop_table('daily_models')
    with op.batch_alter_table('daily_classes', schema=None) as batch_op:
        batch_op.drop_index('uq_daily_classes_owner', sqlite_where=sa.text('owner_id IS NOT NULL'), postgresql_where=sa.text('owner_id IS NOT NULL'))
        batch_op.drop_index('uq_daily_classes_all', sqlite_where=sa.text('owner_id IS NULL'), postgresql_where=sa.text('owner_id IS NULL'))

    op.drop_table('daily_classes')
    with op.batch_alter_table('consent_changes', schema=None) as batch_op:
        batch_op.drop_index('ix_consent_changes_user_id')

    op.drop_table('consent_changes')
    with op.batch_alter_table('api_keys', schema=None) as batch_op:
        batch_op.drop_index('ix_api_keys_user_id')

    op.drop_table('api_keys')
    op.drop_table('users')
    op.drop_table('schedules')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_subscriber')

    op.drop_table('outbox')
    with op.batch_alter_table('model_versions', schema=None) as batch_op:
        batch_op.drop_index('uq_model_versions_active', sqlite_where=sa.text('is_active'), postgresql_where=sa.text('is_active'))

    op.drop_table('model_versions')
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.drop_index('uq_jobs_kind_key', sqlite_where=sa.text("state IN ('queued', 'running')"), postgresql_where=sa.text("state IN ('queued', 'running')"))
        batch_op.drop_index('ix_jobs_live', sqlite_where=sa.text("state IN ('queued', 'running')"), postgresql_where=sa.text("state IN ('queued', 'running')"))
        batch_op.drop_index('ix_jobs_owner_id')
        batch_op.drop_index('ix_jobs_finished_at')

    op.drop_table('jobs')
